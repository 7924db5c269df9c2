//! The company's Active Directory, over LDAPS: bind, search with pages, modify.

mod entries;
mod filter;
mod modify;
mod objects;
mod target_address;

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use ldap3_proto::LdapCodec;
use ldap3_proto::control::LdapControl;
use ldap3_proto::proto::{
    LdapBindCred, LdapBindRequest, LdapBindResponse, LdapExtendedResponse, LdapMsg, LdapOp,
    LdapPartialAttribute, LdapResult, LdapResultCode, LdapSearchRequest, LdapSearchResultEntry,
    LdapSearchScope,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::Framed;

use crate::net;
use crate::org::{self, ACCOUNT, BASE_DN, DOMAIN, NETBIOS};
use crate::world::World;
pub(crate) use entries::Born;
use entries::{Directory, Entry};
pub(crate) use target_address::set as set_target_address;

/// Active Directory's MaxPageSize: without pages a search ends here.
const LARGEST_PAGE: usize = 1000;
const LARGEST_REQUEST: usize = 256 * 1024;
const IDLE: Duration = Duration::from_secs(15 * 60);

/// Serves one connection.
pub(crate) async fn serve(world: Arc<World>, acceptor: TlsAcceptor, socket: TcpStream) {
    let stream = match net::handshake(&acceptor, socket).await {
        Ok(stream) => stream,
        Err(error) => {
            tracing::debug!(%error, "a TLS handshake failed");
            return;
        }
    };
    let mut frames = Framed::new(stream, LdapCodec::new(Some(LARGEST_REQUEST), None));
    let mut signed_in = false;
    while let Ok(Some(Ok(message))) = tokio::time::timeout(IDLE, frames.next()).await {
        let answers = match message.op {
            LdapOp::UnbindRequest => return,
            LdapOp::AbandonRequest(_) => continue,
            LdapOp::BindRequest(request) => {
                let (ok, answer) = bind(&world, &request);
                signed_in = ok;
                vec![LdapMsg::new(message.msgid, LdapOp::BindResponse(answer))]
            }
            op => answer(&world, signed_in, message.msgid, op, &message.ctrl),
        };
        for answer in answers {
            if frames.feed(answer).await.is_err() {
                return;
            }
        }
        if frames.flush().await.is_err() {
            return;
        }
    }
}

fn answer(
    world: &World,
    signed_in: bool,
    id: i32,
    op: LdapOp,
    controls: &[LdapControl],
) -> Vec<LdapMsg> {
    let unwilling = || {
        result(
            LdapResultCode::UnwillingToPerform,
            "00002035: LdapErr: DSID-0C090B3F",
        )
    };
    let op = match op {
        LdapOp::SearchRequest(request) => return search(world, signed_in, id, &request, controls),
        LdapOp::ModifyRequest(request) if signed_in => {
            LdapOp::ModifyResponse(modify::modify(world, &request))
        }
        LdapOp::ModifyRequest(_) => LdapOp::ModifyResponse(not_bound()),
        LdapOp::AddRequest(_) => LdapOp::AddResponse(unwilling()),
        LdapOp::DelRequest(_) => LdapOp::DelResponse(unwilling()),
        LdapOp::ModifyDNRequest(_) => LdapOp::ModifyDNResponse(unwilling()),
        LdapOp::CompareRequest(_) => LdapOp::CompareResult(unwilling()),
        _ => LdapOp::ExtendedResponse(LdapExtendedResponse {
            res: result(
                LdapResultCode::ProtocolError,
                "0000203D: LdapErr: DSID-0C090C7D, comment: Unknown extended request OID",
            ),
            name: None,
            value: None,
        }),
    };
    vec![LdapMsg::new(id, op)]
}

fn result(code: LdapResultCode, message: &str) -> LdapResult {
    LdapResult {
        code,
        matcheddn: String::new(),
        message: message.to_owned(),
        referral: Vec::new(),
    }
}

fn not_bound() -> LdapResult {
    result(
        LdapResultCode::OperationsError,
        "000004DC: LdapErr: DSID-0C0906E8, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v1db1",
    )
}

/// Whether the connection is signed in now, and what to say.
fn bind(world: &World, request: &LdapBindRequest) -> (bool, LdapBindResponse) {
    let answer = |code, message: &str| LdapBindResponse {
        res: result(code, message),
        saslcreds: None,
    };
    let LdapBindCred::Simple(password) = &request.cred else {
        let text = "00002027: LdapErr: DSID-0C090577, comment: simple bind only";
        return (false, answer(LdapResultCode::AuthMethodNotSupported, text));
    };
    if password.is_empty() {
        // An anonymous bind succeeds, and opens nothing but the root.
        return (false, answer(LdapResultCode::Success, ""));
    }
    let names = [
        format!("{ACCOUNT}@{DOMAIN}"),
        format!("{NETBIOS}\\{ACCOUNT}"),
        format!("CN=Migrering,CN=Users,{BASE_DN}"),
    ];
    let known = names
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&request.dn));
    if known && *password == world.password {
        (true, answer(LdapResultCode::Success, ""))
    } else {
        let text = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1";
        (false, answer(LdapResultCode::InvalidCredentials, text))
    }
}

fn search(
    world: &World,
    signed_in: bool,
    id: i32,
    request: &LdapSearchRequest,
    controls: &[LdapControl],
) -> Vec<LdapMsg> {
    let done = |result| vec![LdapMsg::new(id, LdapOp::SearchResultDone(result))];
    if request.base.is_empty() && request.scope == LdapSearchScope::Base {
        let root = objects::root();
        let mut answers = Vec::new();
        if filter::matches(&request.filter, &root) {
            answers.push(LdapMsg::new(id, entry(request, &root)));
        }
        answers.extend(done(result(LdapResultCode::Success, "")));
        return answers;
    }
    if !signed_in {
        return done(not_bound());
    }
    let directory = Directory::of(world);
    if directory.get(&request.base).is_none() {
        let mut missing = result(
            LdapResultCode::NoSuchObject,
            "0000208D: NameErr: DSID-0310020A, problem 2001 (NO_OBJECT), data 0, best match of: ''",
        );
        missing.matcheddn = BASE_DN.to_owned();
        return done(missing);
    }
    let found: Vec<&Entry> = directory
        .under(&request.base, &request.scope)
        .filter(|entry| filter::matches(&request.filter, entry))
        .collect();
    let page = controls.iter().find_map(|control| match control {
        LdapControl::SimplePagedResults { size, cookie } => Some((*size, cookie)),
        _ => None,
    });
    // The cookie is where the next page starts. Entries come in a fixed order and are never added.
    let from = match page {
        Some((_, cookie)) if !cookie.is_empty() => std::str::from_utf8(cookie)
            .ok()
            .and_then(|text| text.parse::<usize>().ok()),
        _ => Some(0),
    };
    let Some(from) = from else {
        return done(result(
            LdapResultCode::UnavailableCriticalExtension,
            "00002057: LdapErr: DSID-0C0907CA, comment: the paging cookie is not one of ours",
        ));
    };
    let most = page
        .map_or(LARGEST_PAGE, |(size, _)| usize::try_from(size).unwrap_or(0))
        .clamp(0, LARGEST_PAGE);
    let limit = usize::try_from(request.sizelimit)
        .ok()
        .filter(|limit| *limit > 0);
    let shown: Vec<LdapMsg> = found
        .iter()
        .skip(from)
        .take(most.min(limit.unwrap_or(usize::MAX)))
        .map(|found| LdapMsg::new(id, entry(request, found)))
        .collect();
    let next = from + shown.len();
    let more = next < found.len();
    let exceeded = more && (page.is_none() || limit.is_some_and(|limit| shown.len() >= limit));
    let code = if exceeded {
        LdapResultCode::SizeLimitExceeded
    } else {
        LdapResultCode::Success
    };
    let mut answers = shown;
    let mut last = LdapMsg::new(id, LdapOp::SearchResultDone(result(code, "")));
    if page.is_some() {
        last.ctrl.push(LdapControl::SimplePagedResults {
            size: 0,
            cookie: if more && most > 0 {
                next.to_string().into_bytes()
            } else {
                Vec::new()
            },
        });
    }
    answers.push(last);
    answers
}

/// The attributes asked for.
fn entry(request: &LdapSearchRequest, entry: &Entry) -> LdapOp {
    let all = request.attrs.is_empty() || request.attrs.iter().any(|name| name == "*");
    let none = request.attrs.iter().all(|name| name == "1.1") && !request.attrs.is_empty();
    let wanted = |name: &str| {
        !none
            && (all
                || request
                    .attrs
                    .iter()
                    .any(|asked| asked.eq_ignore_ascii_case(name)))
    };
    LdapOp::SearchResultEntry(LdapSearchResultEntry {
        dn: entry.dn.clone(),
        attributes: entry
            .attributes
            .values()
            .filter(|(name, values)| !values.is_empty() && wanted(name))
            .map(|(name, values)| LdapPartialAttribute {
                atype: name.clone(),
                vals: if request.typesonly {
                    Vec::new()
                } else {
                    values.clone()
                },
            })
            .collect(),
    })
}

/// The account's name for a simple bind.
pub(crate) fn account() -> String {
    format!("{ACCOUNT}@{}", org::DOMAIN)
}
