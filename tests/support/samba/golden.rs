//! The forest as it is at the start of every test: made once, packed, and unpacked in a moment.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::ldif::Ldif;
use super::{BASE, Forest, MIGRATION, PASSWORD, organization, people, schema};

/// Nothing here takes longer, even on a machine that does everything else at once.
const LIMIT: &str = "300";
/// An image that no test has used for so long belongs to an older version of what is above.
const KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// What the migration account may write, and nothing else: what forwarding and conversion change.
const WRITABLE: &[&str] = &[
    "targetAddress",
    "altRecipient",
    "deliverAndRedirect",
    "proxyAddresses",
    "mail",
    "legacyExchangeDN",
    "mailNickname",
    "internetEncoding",
    "homeMDB",
    "homeMTA",
    "mDBUseDefaults",
    "msExchHomeServerName",
    "msExchMailboxGuid",
    "msExchMailboxSecurityDescriptor",
    "msExchUserAccountControl",
    "msExchUserCulture",
    "msExchPoliciesIncluded",
    "msExchPoliciesExcluded",
    "msExchRecipientTypeDetails",
    "msExchRecipientDisplayType",
    "msExchMasterAccountSid",
    "msExchVersion",
];
/// Administrators and the system do everything, everyone signed in reads.
const ADMINISTRATORS: &str =
    "(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;SY)(A;;RPLCLORC;;;AU)";

/// The packed forest; made now if no test has made it before.
pub(super) fn image(forest: Forest) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let target = own
        .ancestors()
        .find(|folder| folder.ends_with("debug") || folder.ends_with("release"))
        .expect("a test runs from cargo's target folder")
        .parent()
        .unwrap();
    let folder = target.join("samba");
    fs::create_dir_all(&folder).unwrap();
    let image = folder.join(format!("{}.tar", key(forest)));
    // One process makes it, the others wait.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    if !image.is_file() {
        let scratch = tempfile::tempdir_in(super::memory()).unwrap();
        let forest_folder = scratch.path().join("forest");
        make(forest, &forest_folder);
        let fresh = image.with_extension("new");
        run(Command::new("tar")
            .args(["--create", "--sparse", "--file"])
            .arg(&fresh)
            .arg("--directory")
            .arg(&forest_folder)
            .arg("."));
        fs::rename(fresh, &image).unwrap();
        forget_old(&folder);
    }
    let used = File::options().append(true).open(&image).unwrap();
    used.set_modified(SystemTime::now()).unwrap();
    image
}

fn forget_old(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let used = entry.metadata().and_then(|metadata| metadata.modified());
        let old = used.is_ok_and(|used| used.elapsed().is_ok_and(|since| since > KEPT));
        if old && entry.path().extension().is_some_and(|kind| kind == "tar") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

/// Everything that decides how the forest looks.
fn key(forest: Forest) -> String {
    let mut hash = Sha256::new();
    for part in schema::files(forest.exchange) {
        hash.update(part);
    }
    hash.update(organization::file(forest));
    for part in people::files(forest, "") {
        hash.update(part);
    }
    hash.update(accounts());
    hash.update(rights(forest, ""));
    hash.update(include_str!("golden.rs"));
    hash.update(output(Command::new("samba").arg("--version")));
    hash.finalize()[..12]
        .iter()
        .fold(String::new(), |mut out, byte| {
            write!(out, "{byte:02x}").unwrap();
            out
        })
}

fn make(forest: Forest, folder: &Path) {
    run(Command::new("samba-tool")
        .args(["domain", "provision", "--quiet"])
        .arg(format!("--targetdir={}", folder.display()))
        .args([
            "--realm=NORDVIK.LOCAL",
            "--domain=NORDVIK",
            "--server-role=dc",
            "--dns-backend=NONE",
            "--host-name=dc1",
            "--host-ip=127.0.53.1",
            "--base-schema=2008_R2",
            "--function-level=2003",
            "--option=interfaces = 127.0.53.1/8",
            "--option=bind interfaces only = yes",
        ])
        .arg(format!("--adminpass={PASSWORD}")));
    for (index, ldif) in schema::files(forest.exchange).iter().enumerate() {
        apply(folder, &format!("schema {index}"), ldif);
    }
    apply(folder, "organization", &organization::file(forest));
    apply(folder, "accounts", &accounts());
    let sid = sid_of(folder, MIGRATION);
    apply(folder, "staff", &people::staff(&rights(forest, &sid)));
    let inheriting_nothing = format!("O:DAG:DAD:PAI{ADMINISTRATORS}");
    for (index, ldif) in people::files(forest, &inheriting_nothing)
        .iter()
        .enumerate()
    {
        apply(folder, &format!("people {index}"), ldif);
    }
}

/// The account that migrates, and those that cannot sign in. `locked` can until its password has been wrong
/// five times.
fn accounts() -> String {
    let mut ldif = Ldif::default();
    for name in [MIGRATION, "mustchange", "expired", "switchedoff", "locked"] {
        let quoted = format!("\"{PASSWORD}\"");
        let password: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let entry = ldif
            .add(&format!("CN={name},CN=Users,{BASE}"), "user")
            .value("sAMAccountName", name)
            .value("userPrincipalName", format!("{name}@nordvik.local"))
            .value("unicodePwd", password)
            .value(
                "userAccountControl",
                match name {
                    "switchedoff" => "514",
                    "mustchange" => "512",
                    // Its password never expires.
                    _ => "66048",
                },
            );
        if name == "mustchange" {
            entry.value("pwdLastSet", "0");
        }
        if name == "expired" {
            // 2001, in Windows' units.
            entry.value("accountExpires", "126227808000000000");
        }
    }
    ldif.replace(BASE, "lockoutThreshold", "5");
    // A server joined by hand gets these; a provisioned one from a program that is not run here.
    let spn = [
        "ldap/dc1.nordvik.local",
        "ldap/DC1",
        "ldap/dc1.nordvik.local/nordvik.local",
        "GC/dc1.nordvik.local/nordvik.local",
    ];
    ldif.extend(
        &format!("CN=DC1,OU=Domain Controllers,{BASE}"),
        "servicePrincipalName",
        spn,
    );
    ldif.0
}

/// Each attribute by its identifier, on users below the unit.
fn rights(forest: Forest, sid: &str) -> String {
    let user = "bf967aba-0de6-11d0-a285-00aa003049e2";
    WRITABLE
        .iter()
        .filter(|name| schema::has(forest.exchange, name))
        .fold(format!("O:DAG:DAD:AI{ADMINISTRATORS}"), |out, name| {
            format!("{out}(OA;CIIO;RPWP;{};{user};{sid})", schema::guid(name))
        })
}

fn sid_of(folder: &Path, account: &str) -> String {
    let found = output(
        Command::new("ldbsearch")
            .arg("-H")
            .arg(folder.join("private/sam.ldb"))
            .arg(format!("(sAMAccountName={account})"))
            .arg("objectSid"),
    );
    found
        .lines()
        .find_map(|line| line.strip_prefix("objectSid: "))
        .expect("the migration account has a SID")
        .to_owned()
}

/// One transaction on a directory that nobody serves.
pub(super) fn apply(folder: &Path, what: &str, ldif: &str) {
    let file = folder.join("change.ldif");
    fs::write(&file, ldif).unwrap();
    let mut command = Command::new("timeout");
    command
        .args([LIMIT, "ldbmodify", "-H"])
        .arg(folder.join("private/sam.ldb"))
        .arg("--option=dsdb:schema update allowed=true")
        .arg(&file);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{what}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    fs::remove_file(file).unwrap();
}

fn run(command: &mut Command) {
    output(command);
}

/// What a command prints; it may not fail, and not take for ever.
pub(super) fn output(command: &mut Command) -> String {
    let mut limited = Command::new("timeout");
    limited
        .arg(LIMIT)
        .arg(command.get_program())
        .args(command.get_args());
    let output = limited
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
