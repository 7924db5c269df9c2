//! The company's Active Directory, over LDAPS, and over StartTLS on a port of its own: bind, search, modify.
//! What it answers was compared with Samba's domain controller; where Samba is more lenient than Microsoft's
//! documentation (values that differ in case only, filters on attributes that do not exist), this is not.

mod entries;
mod filter;
mod modify;
mod name;
mod objects;
mod schema;
mod search;
mod syntax;
mod target_address;

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use ldap3_proto::LdapCodec;
use ldap3_proto::control::LdapControl;
use ldap3_proto::proto::{
    LdapBindCred, LdapBindRequest, LdapBindResponse, LdapExtendedResponse, LdapMsg, LdapOp,
    LdapResult, LdapResultCode,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::Framed;

use crate::net::{self, Security, Stream};
use crate::org::{self, ACCOUNT, BASE_DN, DOMAIN, NETBIOS};
use crate::world::World;
pub(crate) use entries::Born;
pub(crate) use name::normal;
pub(crate) use target_address::{get as target_address, set as set_target_address};

const LARGEST_REQUEST: usize = 256 * 1024;
const IDLE: Duration = Duration::from_secs(15 * 60);

const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
const PERMISSIVE_MODIFY: &str = "1.2.840.113556.1.4.1413";
/// Pages, permissive modify; and those that change nothing here, but whose names are known: parts of security
/// descriptors, deleted objects, extended names.
const CONTROLS: &[&str] = &[
    "1.2.840.113556.1.4.319",
    PERMISSIVE_MODIFY,
    "1.2.840.113556.1.4.801",
    "1.2.840.113556.1.4.417",
    "1.2.840.113556.1.4.529",
];

/// Serves one connection.
pub(crate) async fn serve(
    world: Arc<World>,
    security: Security,
    acceptor: TlsAcceptor,
    socket: TcpStream,
) {
    let socket = match security {
        Security::Implicit => socket,
        Security::StartTls => {
            let mut plain = Session::new(&world, socket, false);
            match plain.run().await {
                Ended::StartTls => plain.frames.into_inner(),
                Ended::Gone => return,
            }
        }
    };
    match net::handshake(&acceptor, socket).await {
        Ok(stream) => {
            Session::new(&world, stream, true).run().await;
        }
        Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
    }
}

struct Session<'a, S> {
    world: &'a World,
    frames: Framed<S, LdapCodec>,
    encrypted: bool,
    signed_in: bool,
}

/// How a session on one stream ends.
enum Ended {
    Gone,
    /// It goes on over TLS.
    StartTls,
}

impl<'a, S: Stream> Session<'a, S> {
    fn new(world: &'a World, stream: S, encrypted: bool) -> Self {
        Self {
            world,
            frames: Framed::new(stream, LdapCodec::new(Some(LARGEST_REQUEST), None)),
            encrypted,
            signed_in: false,
        }
    }

    async fn run(&mut self) -> Ended {
        while let Ok(Some(Ok(message))) = tokio::time::timeout(IDLE, self.frames.next()).await {
            let id = message.msgid;
            let mut start_tls = false;
            let answers = match message.op {
                LdapOp::UnbindRequest => return Ended::Gone,
                LdapOp::AbandonRequest(_) => continue,
                LdapOp::BindRequest(request) => {
                    let (ok, answer) = bind(self.world, self.encrypted, &request);
                    self.signed_in = ok;
                    vec![LdapMsg::new(id, LdapOp::BindResponse(answer))]
                }
                LdapOp::ExtendedRequest(request) if request.name == START_TLS => {
                    let answer = self.start_tls();
                    start_tls = answer.res.code == LdapResultCode::Success;
                    vec![LdapMsg::new(id, LdapOp::ExtendedResponse(answer))]
                }
                op => answer(self.world, self.signed_in, id, op, &message.ctrl),
            };
            for answer in answers {
                if self.frames.feed(answer).await.is_err() {
                    return Ended::Gone;
                }
            }
            if self.frames.flush().await.is_err() {
                return Ended::Gone;
            }
            if start_tls {
                return Ended::StartTls;
            }
        }
        Ended::Gone
    }

    /// What was sent in the clear after the request to encrypt belongs to nobody.
    fn start_tls(&self) -> LdapExtendedResponse {
        let res = if self.encrypted {
            result(
                LdapResultCode::OperationsError,
                "00000000: LdapErr: DSID-0C090E17, comment: TLS or SSL already in effect, data 0, v1db1",
            )
        } else if self.frames.read_buffer().is_empty() {
            result(LdapResultCode::Success, "")
        } else {
            result(
                LdapResultCode::ProtocolError,
                "00000000: LdapErr: DSID-0C090E17, comment: something follows the request in the clear",
            )
        };
        LdapExtendedResponse {
            res,
            name: Some(START_TLS.to_owned()),
            value: None,
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
    let refusal = |code, message: &str| {
        let refused = result(code, message);
        let op = match &op {
            LdapOp::SearchRequest(_) => LdapOp::SearchResultDone(refused),
            LdapOp::ModifyRequest(_) => LdapOp::ModifyResponse(refused),
            LdapOp::AddRequest(_) => LdapOp::AddResponse(refused),
            LdapOp::DelRequest(_) => LdapOp::DelResponse(refused),
            LdapOp::ModifyDNRequest(_) => LdapOp::ModifyDNResponse(refused),
            LdapOp::CompareRequest(_) => LdapOp::CompareResult(refused),
            _ => LdapOp::ExtendedResponse(LdapExtendedResponse {
                res: refused,
                name: None,
                value: None,
            }),
        };
        vec![LdapMsg::new(id, op)]
    };
    let unknown = |control: &LdapControl| matches!(control, LdapControl::Unknown { oid, criticality: true, .. } if !CONTROLS.contains(&oid.as_str()));
    if controls.iter().any(unknown) {
        return refusal(
            LdapResultCode::UnavailableCriticalExtension,
            "00002080: LdapErr: DSID-0C0907CA, comment: a critical control is not known",
        );
    }
    match &op {
        LdapOp::SearchRequest(request) => search::search(world, signed_in, id, request, controls),
        LdapOp::ExtendedRequest(_) => refusal(
            LdapResultCode::ProtocolError,
            "0000203D: LdapErr: DSID-0C090C7D, comment: Unknown extended request OID",
        ),
        _ if !signed_in => refusal(LdapResultCode::OperationsError, NOT_BOUND),
        LdapOp::ModifyRequest(request) => {
            let permissive = controls.iter().any(|control| {
                matches!(control, LdapControl::Unknown { oid, .. } if oid == PERMISSIVE_MODIFY)
            });
            let answer = modify::modify(world, request, permissive);
            vec![LdapMsg::new(id, LdapOp::ModifyResponse(answer))]
        }
        // The migrating account makes no objects, removes none and moves none.
        LdapOp::AddRequest(_) | LdapOp::DelRequest(_) | LdapOp::ModifyDNRequest(_) => refusal(
            LdapResultCode::InsufficentAccessRights,
            "00002098: SecErr: DSID-03150E49, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
        ),
        _ => refusal(
            LdapResultCode::UnwillingToPerform,
            "00002035: LdapErr: DSID-0C090B3F",
        ),
    }
}

fn result(code: LdapResultCode, message: &str) -> LdapResult {
    LdapResult {
        code,
        matcheddn: String::new(),
        message: message.to_owned(),
        referral: Vec::new(),
    }
}

const NOT_BOUND: &str = "000004DC: LdapErr: DSID-0C0906E8, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v1db1";

fn not_bound() -> LdapResult {
    result(LdapResultCode::OperationsError, NOT_BOUND)
}

/// Whether the connection is signed in now, and what to say.
fn bind(world: &World, encrypted: bool, request: &LdapBindRequest) -> (bool, LdapBindResponse) {
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
    if !encrypted {
        let text = "00002028: LdapErr: DSID-0C090169, comment: The server requires binds to turn on integrity checking if SSL\\TLS are not already active on the connection, data 0, v1db1";
        return (false, answer(LdapResultCode::StrongerAuthRequired, text));
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

/// The account's name for a simple bind.
pub(crate) fn account() -> String {
    format!("{ACCOUNT}@{}", org::DOMAIN)
}
