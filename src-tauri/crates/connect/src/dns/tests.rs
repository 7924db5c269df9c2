#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use hickory_resolver::proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, MX, NS, TXT};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use super::*;

type Script = Arc<dyn Fn(&Message, bool) -> Option<Vec<u8>> + Send + Sync>;

/// A server on loopback that answers as told; the flag says that it was asked over TCP.
async fn server(
    script: impl Fn(&Message, bool) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> NameServer {
    let script: Script = Arc::new(script);
    let (udp, tcp) = loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
            break (udp, tcp);
        }
    };
    let address = udp.local_addr().unwrap();
    let over_udp = Arc::clone(&script);
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        loop {
            let (length, from) = udp.recv_from(&mut buffer).await.unwrap();
            let asked = Message::from_vec(&buffer[..length]).unwrap();
            if let Some(answer) = over_udp(&asked, false) {
                udp.send_to(&answer, from).await.unwrap();
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut bytes = vec![0; usize::from(length)];
            stream.read_exact(&mut bytes).await.unwrap();
            let asked = Message::from_vec(&bytes).unwrap();
            if let Some(answer) = script(&asked, true) {
                let length = u16::try_from(answer.len()).unwrap();
                stream.write_u16(length).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        }
    });
    name_server(address)
}

fn answer(asked: &Message, data: Vec<RData>) -> Message {
    let mut message = Message::new(asked.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.authoritative = true;
    message.add_queries(asked.queries.clone());
    let name = asked.queries[0].name().clone();
    message.add_answers(
        data.into_iter()
            .map(|data| Record::from_rdata(name.clone(), 300, data)),
    );
    message
}

/// Until a server that answers must have answered: long, for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(30);

fn dns(server: &NameServer, timeout: Duration) -> DnsServers {
    DnsServers::new(DnsSettings {
        authoritative: vec![server.clone()],
        timeout,
        ..DnsSettings::new(Vec::new())
    })
}

fn question(kind: DnsRecordKind) -> DnsQuestion {
    DnsQuestion {
        name: "nordvik.example".parse().unwrap(),
        kind,
    }
}

async fn ask(server: &NameServer, kind: DnsRecordKind) -> Result<DnsAnswer, EndpointError> {
    dns(server, PATIENCE).ask(server, &question(kind)).await
}

#[tokio::test]
async fn a_long_answer_is_fetched_over_tcp() {
    let server = server(|asked, tcp| {
        let text = RData::TXT(TXT::new(vec!["a".repeat(250); 20]));
        let mut message = answer(asked, vec![text]);
        if !tcp {
            message = message.truncate();
            message.metadata.truncation = true;
        }
        message.to_vec().ok()
    })
    .await;
    let found = ask(&server, DnsRecordKind::Txt).await.unwrap();
    assert!(found.authoritative);
    assert_eq!(found.records[0].value, DnsValue::Txt("a".repeat(5000)));
}

#[tokio::test]
async fn a_server_older_than_edns_is_asked_in_its_own_words() {
    let server = server(|asked, _| {
        if asked.edns.is_some() {
            let mut message = answer(asked, Vec::new());
            message.metadata.response_code = ResponseCode::FormErr;
            return message.to_vec().ok();
        }
        let mx = MX::new(10, Name::from_ascii("mail.nordvik.example.").unwrap());
        answer(asked, vec![RData::MX(mx)]).to_vec().ok()
    })
    .await;
    let found = ask(&server, DnsRecordKind::Mx).await.unwrap();
    assert_eq!(
        found.records[0].value.to_string(),
        "10 mail.nordvik.example"
    );
}

#[tokio::test]
async fn records_of_other_names_and_kinds_are_left_out_and_a_flood_is_cut() {
    let server = server(|asked, tcp| {
        if !tcp {
            let mut message = answer(asked, Vec::new());
            message.metadata.truncation = true;
            return message.to_vec().ok();
        }
        let mut message = answer(asked, Vec::new());
        let other = Name::from_ascii("evil.example.").unwrap();
        message.add_answer(Record::from_rdata(
            other.clone(),
            300,
            RData::MX(MX::new(1, other.clone())),
        ));
        message.add_answer(Record::from_rdata(
            asked.queries[0].name().clone(),
            300,
            RData::A(A::new(192, 0, 2, 1)),
        ));
        for preference in 0..900 {
            message.add_answer(Record::from_rdata(
                asked.queries[0].name().clone(),
                300,
                RData::MX(MX::new(preference, other.clone())),
            ));
        }
        message.to_vec().ok()
    })
    .await;
    let found = ask(&server, DnsRecordKind::Mx).await.unwrap();
    assert_eq!(found.records.len(), MOST_RECORDS);
    assert!(
        found
            .records
            .iter()
            .all(|record| record.name.as_str() == "nordvik.example")
    );
}

#[tokio::test]
async fn silence_rubbish_and_refusals_are_errors_and_nothing_is_an_answer() {
    let soon = async |server: &NameServer| {
        let asked = question(DnsRecordKind::Mx);
        dns(server, Duration::from_millis(600))
            .ask(server, &asked)
            .await
    };
    let silent = server(|_, _| None).await;
    let error = soon(&silent).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Unreachable);

    let rubbish = server(|asked, _| {
        let mut bytes = asked.metadata.id.to_be_bytes().to_vec();
        bytes.extend([0xff; 40]);
        Some(bytes)
    })
    .await;
    assert!(soon(&rubbish).await.is_err());

    let code = |code: ResponseCode| {
        move |asked: &Message, _: bool| {
            let mut message = answer(asked, Vec::new());
            message.metadata.response_code = code;
            message.to_vec().ok()
        }
    };
    let refusing = server(code(ResponseCode::Refused)).await;
    let error = ask(&refusing, DnsRecordKind::Mx).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused);

    let empty = server(code(ResponseCode::NXDomain)).await;
    let found = ask(&empty, DnsRecordKind::Mx).await.unwrap();
    assert_eq!(found.records, []);
}

#[tokio::test]
async fn an_answer_to_another_question_over_tcp_is_refused() {
    let server = server(|asked, tcp| {
        let mut message = answer(asked, Vec::new());
        if tcp {
            message.queries[0].set_query_type(RecordType::TXT);
        } else {
            message.metadata.truncation = true;
        }
        message.to_vec().ok()
    })
    .await;
    let error = ask(&server, DnsRecordKind::Mx).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Protocol);
}

#[tokio::test]
async fn the_servers_that_decide_are_found_above_the_name_with_their_addresses_given_along() {
    let resolver = server(|asked, _| {
        let query = &asked.queries[0];
        let zone = Name::from_ascii("nordvik.example.").unwrap();
        let [with_glue, without] = ["ns1.nordvik.example.", "ns2.hosted.example."]
            .map(|name| Name::from_ascii(name).unwrap());
        let message = match (query.name(), query.query_type()) {
            (name, RecordType::NS) if *name == zone => {
                let ns = |name: &Name| RData::NS(NS(name.clone()));
                let mut message = answer(asked, vec![ns(&with_glue), ns(&without)]);
                message.add_additional(Record::from_rdata(
                    with_glue,
                    300,
                    RData::A(A::new(192, 0, 2, 1)),
                ));
                message
            }
            (name, RecordType::A) if *name == without => {
                answer(asked, vec![RData::A(A::new(192, 0, 2, 2))])
            }
            _ => answer(asked, Vec::new()),
        };
        message.to_vec().ok()
    })
    .await;
    let settings = DnsSettings {
        port: 5353,
        ..DnsSettings::new(vec![resolver])
    };
    let found = DnsServers::new(settings.clone())
        .authoritative(&"mail.sub.nordvik.example".parse().unwrap())
        .await
        .unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|server| format!("{server} {}", server.address))
        .collect();
    assert_eq!(
        found,
        [
            "ns1.nordvik.example 192.0.2.1:5353",
            "ns2.hosted.example 192.0.2.2:5353"
        ]
    );
    let none = DnsServers::new(settings)
        .authoritative(&"other.example".parse().unwrap())
        .await;
    assert_eq!(none.unwrap_err().kind, EndpointErrorKind::NotFound);
}
