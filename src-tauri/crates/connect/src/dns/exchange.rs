use std::net::SocketAddr;
use std::time::Duration;

use futures::StreamExt as _;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::net::xfer::DnsRequestSender;
use hickory_resolver::proto::op::{
    DnsRequest, DnsRequestOptions, Edns, Message, MessageType, OpCode, Query, ResponseCode,
};
use hickory_resolver::proto::rr::{Name, RecordType};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What fits through every network in one piece (DNS Flag Day 2020).
const UDP_PAYLOAD: u16 = 1232;

/// One question, one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange {
    pub(super) timeout: Duration,
}

impl Exchange {
    /// Asks over UDP, and over TCP where the answer is too long or UDP is not answered.
    pub(super) async fn ask(
        &self,
        server: SocketAddr,
        name: &Name,
        kind: RecordType,
        recursive: bool,
    ) -> Result<Message, EndpointError> {
        let with_edns = request(name, kind, recursive, true);
        let message = match self.udp(server, with_edns).await {
            Ok(message) if message.metadata.truncation => {
                self.tcp(server, request(name, kind, recursive, true))
                    .await?
            }
            // Servers older than EDNS say that they do not understand.
            Ok(message) if message.metadata.response_code == ResponseCode::FormErr => {
                let plain = request(name, kind, recursive, false);
                match self.udp(server, plain).await? {
                    message if message.metadata.truncation => {
                        self.tcp(server, request(name, kind, recursive, false))
                            .await?
                    }
                    message => message,
                }
            }
            Ok(message) => message,
            Err(error) if error.kind == EndpointErrorKind::Unreachable => self
                .tcp(server, request(name, kind, recursive, true))
                .await
                .map_err(|_| error)?,
            Err(error) => return Err(error),
        };
        match message.metadata.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => Ok(message),
            ResponseCode::ServFail => Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("{server} could not find out (SERVFAIL)"),
            )),
            other => Err(EndpointError::new(
                EndpointErrorKind::Refused,
                format!("{server} refuses to answer ({other})"),
            )),
        }
    }

    async fn udp(&self, server: SocketAddr, message: Message) -> Result<Message, EndpointError> {
        let mut stream = UdpClientStream::builder(server, TokioRuntimeProvider::new())
            .with_timeout(Some(self.timeout))
            .with_max_retries(2)
            .build();
        let request = DnsRequest::new(message, DnsRequestOptions::default());
        let mut answers = stream.send_message(request);
        match answers.next().await {
            Some(Ok(answer)) => Ok(answer.into_message()),
            Some(Err(error)) => Err(trouble(server, &error)),
            None => Err(self.silence(server)),
        }
    }

    async fn tcp(&self, server: SocketAddr, message: Message) -> Result<Message, EndpointError> {
        let talk = async {
            let bytes = message.to_vec().map_err(std::io::Error::other)?;
            let length = u16::try_from(bytes.len()).map_err(std::io::Error::other)?;
            let mut stream = TcpStream::connect(server).await?;
            let mut sent = length.to_be_bytes().to_vec();
            sent.extend(bytes);
            stream.write_all(&sent).await?;
            let mut answer = vec![0; usize::from(stream.read_u16().await?)];
            stream.read_exact(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let bytes = tokio::time::timeout(self.timeout, talk)
            .await
            .map_err(|_| self.silence(server))?
            .map_err(|error| {
                EndpointError::new(EndpointErrorKind::Unreachable, format!("{server}: {error}"))
            })?;
        let answer = Message::from_vec(&bytes).map_err(|error| {
            EndpointError::new(EndpointErrorKind::Protocol, format!("{server}: {error}"))
        })?;
        let fits = answer.metadata.id == message.metadata.id
            && answer.metadata.message_type == MessageType::Response
            && answer.queries == message.queries;
        if !fits {
            return Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("{server} answered another question"),
            ));
        }
        Ok(answer)
    }

    fn silence(&self, server: SocketAddr) -> EndpointError {
        EndpointError::new(
            EndpointErrorKind::Unreachable,
            format!(
                "{server} did not answer within {} s",
                self.timeout.as_secs_f32()
            ),
        )
    }
}

fn request(name: &Name, kind: RecordType, recursive: bool, edns: bool) -> Message {
    let mut message = Message::new(rand::random(), MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = recursive;
    message.add_query(Query::query(name.clone(), kind));
    if edns {
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD).set_version(0);
        message.set_edns(edns);
    }
    message
}

fn trouble(server: SocketAddr, error: &NetError) -> EndpointError {
    let kind = match error {
        NetError::Timeout | NetError::Io(_) => EndpointErrorKind::Unreachable,
        _ => EndpointErrorKind::Protocol,
    };
    EndpointError::new(kind, format!("{server}: {error}"))
}
