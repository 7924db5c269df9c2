use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;
use stegvis_model::{DnsName, DnsRecordKind, DnsValue};

use crate::ports::{
    Clock, Dns, DnsAnswer, DnsQuestion, EndpointError, EndpointErrorKind, NameServer,
};

use super::spf::{Spf, is_spf};
use super::{Expected, Subject, Viewer};

/// No domain has more servers than this that are worth asking.
const MOST_SERVERS: usize = 8;

/// Names whose SPF records are read; ten questions are allowed, so that twice as many show any excess.
const MOST_INCLUDES: usize = 20;

/// What was seen, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// When.
    pub at: Timestamp,
    /// Each server's view: first those that decide, then the resolvers.
    pub views: Vec<View>,
    /// Why the servers that decide could not be found.
    pub trouble: Option<String>,
    /// The SPF records of the domains that the domain's own asks; none for a domain without one.
    pub spf: BTreeMap<DnsName, Option<String>>,
}

/// One server's view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Whose.
    pub viewer: Viewer,
    /// Its answers, or why there is none.
    pub answers: BTreeMap<DnsQuestion, Result<DnsAnswer, String>>,
}

/// Asks every server that decides, and every resolver, what the domain has.
///
/// # Errors
/// If not one server answered one question, with the first one's words.
pub async fn observe(
    dns: &dyn Dns,
    expected: &Expected,
    clock: &dyn Clock,
) -> Result<Observation, EndpointError> {
    let found = dns.authoritative(&expected.domain).await;
    let (authoritative, trouble) = match found {
        Ok(servers) => (servers, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let main: Vec<DnsQuestion> = Subject::ALL
        .iter()
        .filter_map(|&subject| expected.question(subject))
        .collect();
    // What is left from before is asked only of those who decide: a cache's leftovers go by themselves.
    let every: Vec<DnsQuestion> = main
        .iter()
        .cloned()
        .chain(
            Subject::ALL
                .iter()
                .flat_map(|&subject| expected.leftovers(subject)),
        )
        .collect();
    let deciding = authoritative
        .into_iter()
        .take(MOST_SERVERS)
        .map(|server| ask_all(dns, Viewer::Authoritative(server), &every));
    let repeating = dns
        .resolvers()
        .into_iter()
        .take(MOST_SERVERS)
        .map(|server| ask_all(dns, Viewer::Resolver(server), &main));
    let (mut views, resolvers) = tokio::join!(join_all(deciding), join_all(repeating));
    views.extend(resolvers);
    // To the second: what is kept and shown needs no more.
    let now = clock.now();
    let at = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let mut first_error = trouble.clone();
    let mut answered = false;
    let views: Vec<View> = views
        .into_iter()
        .map(|(viewer, answers)| View {
            viewer,
            answers: answers
                .into_iter()
                .map(|(question, answer)| {
                    answered |= answer.is_ok();
                    let answer = answer.map_err(|error| {
                        let words = error.detail.clone();
                        first_error.get_or_insert(error);
                        words
                    });
                    (question, answer)
                })
                .collect(),
        })
        .collect();
    if !answered {
        return Err(first_error.unwrap_or_else(|| {
            EndpointError::new(EndpointErrorKind::Unreachable, "there is no server to ask")
        }));
    }
    let spf = includes(dns, expected, &views).await;
    Ok(Observation {
        at,
        views,
        trouble: trouble.map(|error| error.detail),
        spf,
    })
}

type Answers = Vec<(DnsQuestion, Result<DnsAnswer, EndpointError>)>;

/// One question after the other: servers are shared with everyone else. Two silences end it.
async fn ask_all(dns: &dyn Dns, viewer: Viewer, questions: &[DnsQuestion]) -> (Viewer, Answers) {
    let mut answers = Vec::new();
    let mut silences = 0;
    for question in questions {
        let answer = match answers.last() {
            Some((_, Err(error))) if silences >= 2 => Err(EndpointError::clone(error)),
            _ => dns.ask(viewer.server(), question).await,
        };
        silences = match &answer {
            Err(error) if error.is_transient() => silences + 1,
            _ => 0,
        };
        answers.push((question.clone(), answer));
    }
    (viewer, answers)
}

/// The SPF records that the domain's own asks, level by level.
async fn includes(
    dns: &dyn Dns,
    expected: &Expected,
    views: &[View],
) -> BTreeMap<DnsName, Option<String>> {
    let mut texts = BTreeMap::new();
    let Some(resolver) = dns.resolvers().into_iter().next() else {
        return texts;
    };
    let Some(question) = expected.question(Subject::Spf) else {
        return texts;
    };
    let asks = |text: &str| -> Vec<DnsName> {
        Spf::read(text)
            .asks()
            .filter_map(|domain| domain.parse().ok())
            .collect()
    };
    let own = views
        .iter()
        .filter_map(|view| view.answers.get(&question)?.as_ref().ok())
        .flat_map(|answer| &answer.records);
    let mut wanted: Vec<DnsName> = own
        .filter_map(|record| match &record.value {
            DnsValue::Txt(text) if is_spf(text) => Some(asks(text)),
            _ => None,
        })
        .flatten()
        .collect();
    while let Some(name) = wanted.pop() {
        if texts.len() >= MOST_INCLUDES || texts.contains_key(&name) {
            continue;
        }
        // A domain that could not be asked is not known to have none.
        if let Some(text) = spf_of(dns, &resolver, &name).await {
            wanted.extend(text.iter().flat_map(|text| asks(text)));
            texts.insert(name, text);
        }
    }
    texts
}

async fn spf_of(dns: &dyn Dns, resolver: &NameServer, name: &DnsName) -> Option<Option<String>> {
    let question = DnsQuestion {
        name: name.clone(),
        kind: DnsRecordKind::Txt,
    };
    let answer = dns.ask(resolver, &question).await.ok()?;
    // Behind another name the words are not this answer's.
    if answer
        .records
        .iter()
        .any(|record| matches!(record.value, DnsValue::Cname(_)))
    {
        return None;
    }
    Some(
        answer
            .records
            .into_iter()
            .find_map(|record| match record.value {
                DnsValue::Txt(text) if is_spf(&text) => Some(text),
                _ => None,
            }),
    )
}
