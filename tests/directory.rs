//! `stegvis directory` against Samba's Active Directory: found, forwarded, converted, killed in the middle, and given
//! back byte by byte; judged by dumps of the directory that this program had no part in.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stegvis_journeys::{
    ADMINISTRATOR, Chance, Exchange, Forest, MIGRATION, Measured, Person, Running, Samba, What,
    stegvis,
};

/// What makes a user a mailbox. `msExchUserCulture` is 2007's.
const OF_A_MAILBOX: [&str; 6] = [
    "homeMDB",
    "homeMTA",
    "msExchHomeServerName",
    "msExchMailboxSecurityDescriptor",
    "mDBUseDefaults",
    "msExchUserAccountControl",
];

/// A forest, the cloud's list of its mailboxes, and the folder that remembers.
struct Journey {
    samba: Samba,
    folder: tempfile::TempDir,
    account: &'static str,
}

impl Journey {
    /// A forest in which whatever would keep a mailbox from being converted has been put right, except rights.
    fn begin(exchange: Exchange, account: &'static str) -> Self {
        let samba = Samba::start(Forest {
            exchange,
            mailboxes: 60,
        });
        let journey = Self {
            samba,
            folder: tempfile::tempdir().unwrap(),
            account,
        };
        journey.write_cloud_list(exchange);
        journey
    }

    fn put_right(&self) {
        let twice = self.samba.person(What::Twice);
        self.apply(
            &twice,
            "delete: proxyAddresses\nproxyAddresses: smtp:order@nordvik.example",
        );
        let redirected = self.samba.person(What::Redirected);
        self.apply(
            &redirected,
            "delete: altRecipient\n-\ndelete: deliverAndRedirect",
        );
        let forwarded = self.samba.person(What::Forwarded);
        self.apply(&forwarded, "delete: targetAddress");
    }

    fn apply(&self, person: &Person, change: &str) {
        self.samba.apply(&format!(
            "dn: {}\nchangetype: modify\n{change}\n-\n",
            person.dn
        ));
    }

    /// As Microsoft's script writes it: UTF-16, and for Exchange 2007 with the GUIDs.
    fn write_cloud_list(&self, exchange: Exchange) {
        let guids = exchange == Exchange::V2007;
        let mut list = String::from("LegacyExchangeDN,CloudEmailAddress,OnPremiseEmailAddress");
        list.push_str(if guids { ",MailboxGUID\r\n" } else { "\r\n" });
        for person in self.samba.people() {
            let Person { alias, address, .. } = &person;
            list.push_str(&format!(
                "{},smtp:{},{address}",
                cloud_name(alias),
                routing(alias)
            ));
            if guids {
                let digest = Sha256::digest(format!("cloud {alias}"));
                let hex = |bytes: &[u8]| -> String {
                    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
                };
                let [a, b, c, d, e] =
                    [0..4, 4..6, 6..8, 8..10, 10..16].map(|part| hex(&digest[part]));
                list.push_str(&format!(",{a}-{b}-{c}-{d}-{e}"));
            }
            list.push_str("\r\n");
        }
        let bytes: Vec<u8> = std::iter::once(0xFEFF)
            .chain(list.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        std::fs::write(self.cloud(), bytes).unwrap();
    }

    fn cloud(&self) -> PathBuf {
        self.folder.path().join("cloud.csv")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = stegvis();
        command
            .arg("directory")
            .args(words)
            .arg("--server")
            .arg(format!("ldaps://{}", self.samba.host))
            .args(["--account", &Samba::account(self.account), "--ca"])
            .arg(self.samba.authority())
            .env("STEGVIS_DIRECTORY_PASSWORD", Samba::password());
        if !["list", "check"].contains(&words[0]) {
            command
                .arg("--project")
                .arg(self.folder.path().join("project"));
        }
        let takes_list = words.contains(&"forward") || words.contains(&"convert");
        if takes_list && !words.contains(&"--undo") && !words.contains(&"--roll-back") {
            command.arg("--cloud").arg(self.cloud());
        }
        command
    }

    fn run(&self, words: &[&str]) -> Measured {
        Running::start(&mut self.command(words)).finish()
    }

    /// What a run said as JSON, and how it ended.
    fn json(&self, words: &[&str]) -> (i32, Value) {
        let run = self.run(&[words, &["--json"]].concat());
        let json = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{words:?}: {error}\n{}{}", run.stdout, run.stderr));
        (run.status.code().unwrap(), json)
    }

    /// A run that must do everything that was asked; how many mailboxes that were.
    fn all(&self, words: &[&str]) -> BTreeMap<String, usize> {
        let (code, json) = self.json(words);
        assert_eq!(code, 0, "{words:?}: {json}");
        outcomes(&json)
    }

    /// Every mailbox of the forest is a whole one or a whole mail user: how many are which.
    fn halves(&self) -> (usize, usize) {
        let dump = self.samba.dump();
        let (mut mailboxes, mut mail_users) = (0, 0);
        for person in self.samba.people() {
            let entry = entry(&dump, &person.alias);
            let has = |name: &str| {
                entry
                    .lines()
                    .any(|line| line.starts_with(&format!("{name}:")))
            };
            let legacy = |name: &str| entry.contains(&format!("proxyAddresses: x500:{name}"));
            let mut signs: Vec<bool> = OF_A_MAILBOX.iter().map(|name| !has(name)).collect();
            signs.push(has("msExchPoliciesExcluded"));
            signs.push(legacy(&cloud_name(&person.alias)));
            signs.push(legacy("/o=Nordvik/"));
            if self.samba.forest.exchange == Exchange::V2007 {
                signs.push(!has("msExchUserCulture"));
                signs.push(entry.contains("msExchRecipientTypeDetails: 128\n"));
                signs.push(entry.contains("msExchRecipientDisplayType: 6\n"));
            }
            match (
                signs.iter().all(|sign| *sign),
                signs.iter().any(|sign| *sign),
            ) {
                (true, _) => mail_users += 1,
                (false, false) => mailboxes += 1,
                (false, true) => panic!("half converted, {signs:?}:\n{entry}"),
            }
        }
        (mailboxes, mail_users)
    }
}

const CONVERT: [&str; 4] = [
    "convert",
    "--confirm-synced",
    "--confirm-signed",
    "--confirm-readable",
];

fn cloud_name(alias: &str) -> String {
    format!(
        "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=0f1e-{alias}"
    )
}

fn routing(alias: &str) -> String {
    format!("{alias}@nordvik.onmicrosoft.example")
}

fn outcomes(json: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for user in json["users"].as_array().unwrap() {
        *counts
            .entry(user["outcome"].as_str().unwrap().to_owned())
            .or_insert(0) += 1;
    }
    counts
}

fn counted(pairs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    pairs
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

fn entry<'a>(dump: &'a str, alias: &str) -> &'a str {
    let line = format!("mailNickname: {alias}\n");
    dump.split("\n\n")
        .find(|entry| entry.contains(&line))
        .unwrap_or_else(|| panic!("no entry {alias}"))
}

fn codes(findings: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    codes
}

#[test]
fn sixty_mailboxes_are_found_forwarded_converted_one_then_the_rest_and_given_back() {
    let journey = Journey::begin(Exchange::V2007, ADMINISTRATOR);
    let (code, list) = journey.json(&["list"]);
    assert_eq!(code, 0);
    assert_eq!(list["mailboxes"].as_array().unwrap().len(), 60);
    assert_eq!(
        list["others"].as_array().unwrap().len(),
        6,
        "{}",
        list["others"]
    );
    assert_eq!(
        codes(&list["findings"]),
        [
            "addressTwice",
            "disabledUser",
            "dynamicGroup",
            "forwardsAlready",
            "hasAlternateRecipient",
            "hidden",
            "linked",
            "primaryNotRoutable",
            "protected",
            "userPrincipalNameNotRoutable"
        ]
    );
    journey.put_right();
    let before = journey.samba.dump();
    let (code, check) = journey.json(&["check"]);
    assert_eq!((code, &check["ok"]), (0, &Value::from(60)), "{check}");
    assert_eq!(
        journey.all(&["forward", "--dry-run"]),
        counted(&[("Planned", 60)])
    );
    assert_eq!(
        journey.samba.dump(),
        before,
        "a dry run or a check wrote something"
    );

    assert_eq!(journey.all(&["forward"]), counted(&[("Done", 60)]));
    let forwarded = journey.samba.dump();
    for person in journey.samba.people() {
        let target = format!("targetAddress: SMTP:{}\n", routing(&person.alias));
        assert!(entry(&forwarded, &person.alias).contains(&target));
    }
    let mut dry = CONVERT.to_vec();
    dry.push("--dry-run");
    assert_eq!(journey.all(&dry), counted(&[("Planned", 60)]));
    assert_eq!(journey.samba.dump(), forwarded);

    let first = journey.samba.person(What::Ordinary);
    let mut one = CONVERT.to_vec();
    one.extend(["--only", &first.address]);
    assert_eq!(journey.all(&one), counted(&[("Done", 1)]));
    assert_eq!(journey.halves(), (59, 1));
    let rest = journey.all(&CONVERT);
    assert_eq!(rest, counted(&[("AlreadyDone", 1), ("Done", 59)]));
    assert_eq!(journey.halves(), (0, 60));

    assert_eq!(journey.all(&["undo"]), counted(&[("Undone", 60)]));
    assert_eq!(journey.samba.dump(), forwarded, "the undo left something");
    assert_eq!(
        journey.all(&["forward", "--undo"]),
        counted(&[("Undone", 60)])
    );
    assert_eq!(journey.samba.dump(), before, "the undo left something");
    let kept = std::fs::read_dir(journey.folder.path().join("project/backups")).unwrap();
    assert_eq!(kept.count(), 2 * 2 * 60, "LDIF and JSON of each, twice");
}

#[test]
fn one_protected_mailbox_fails_with_cause_and_remedy_and_the_other_59_proceed() {
    let journey = Journey::begin(Exchange::V2007, MIGRATION);
    journey.put_right();
    let protected = journey.samba.person(What::Protected);
    // Somebody with more rights set its forwarding, so that nothing but rights is missing.
    let target = format!(
        "add: targetAddress\ntargetAddress: SMTP:{}",
        routing(&protected.alias)
    );
    journey.apply(&protected, &target);
    let before = journey.samba.dump();
    let (code, check) = journey.json(&["check"]);
    assert_eq!((code, &check["refused"]), (1, &Value::from(1)));
    let (code, forward) = journey.json(&["forward"]);
    assert_eq!(code, 0, "{forward}");
    assert_eq!(
        outcomes(&forward),
        counted(&[("AlreadyDone", 1), ("Done", 59)])
    );
    let (code, convert) = journey.json(&CONVERT);
    assert_eq!(code, 1);
    assert_eq!(outcomes(&convert), counted(&[("Done", 59), ("Failed", 1)]));
    let users = convert["users"].as_array().unwrap();
    let failed = users
        .iter()
        .find(|user| user["outcome"] == "Failed")
        .unwrap();
    println!("{failed:#}");
    assert_eq!(failed["emailAddress"], protected.address.as_str());
    assert_eq!(failed["cause"], "RightsMissing");
    assert!(
        failed["remedy"]
            .as_str()
            .unwrap()
            .contains("Add-ADPermission")
    );
    assert_eq!(journey.halves(), (1, 59));
    assert_eq!(journey.all(&["undo"]), counted(&[("Undone", 59)]));
    assert_eq!(
        journey.all(&["forward", "--undo"]),
        counted(&[("Undone", 59)])
    );
    assert_eq!(journey.samba.dump(), before);
}

#[test]
fn killed_in_the_middle_it_goes_on_or_rolls_back_and_no_mailbox_is_half_converted() {
    let journey = Journey::begin(Exchange::V2007, ADMINISTRATOR);
    journey.put_right();
    journey.all(&["forward"]);
    let before = journey.samba.dump();
    let mut chance = Chance::new(4);
    let (mut killed, mut round) = (0, 0);
    // One that gets to its end before is no kill, and another round is made for it.
    while round < 8 || killed < 6 {
        assert!(round < 24, "only {killed} of {round} were killed in time");
        let lines = usize::try_from(chance.below(50)).unwrap() + 1;
        let later = Duration::from_millis(chance.below(40));
        let alive = Running::start(&mut journey.command(&CONVERT)).kill_after_lines(lines, later);
        killed += usize::from(alive);
        let (left, converted) = journey.halves();
        println!(
            "round {round}: killed {alive} after {lines} lines and {later:?}: {converted} converted, {left} not"
        );
        if round % 2 == 0 {
            let resumed = journey.all(&CONVERT);
            assert_eq!(resumed.values().sum::<usize>(), 60);
            assert_eq!(journey.halves(), (0, 60));
            journey.all(&["undo"]);
        } else {
            journey.all(&["convert", "--roll-back"]);
        }
        assert_eq!(journey.samba.dump(), before, "round {round} left something");
        round += 1;
    }
}

/// A conversion under way that has told of so many mailboxes, and the lines that it will still tell.
fn converting(journey: &Journey, told: usize) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut child = journey
        .command(&CONVERT)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    for _ in 0..told {
        lines.next().unwrap().unwrap();
    }
    (child, lines)
}

#[test]
fn stopped_between_two_mailboxes_the_same_command_goes_on() {
    let journey = Journey::begin(Exchange::V2007, ADMINISTRATOR);
    journey.put_right();
    journey.all(&["forward"]);
    let (child, lines) = converting(&journey, 10);
    // Ctrl-C, as a terminal sends it.
    let interrupt = ["-INT".to_owned(), child.id().to_string()];
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    let told: Vec<String> = lines.map(Result::unwrap).collect();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    println!("{}", said.lines().last().unwrap());
    assert_eq!(ended.status.code(), Some(1), "{told:?}");
    assert!(
        said.contains(", 0 failed, ") && !said.contains(", 0 not begun"),
        "{said}"
    );
    assert_eq!(journey.all(&CONVERT).values().sum::<usize>(), 60);
    assert_eq!(journey.halves(), (0, 60));
}

#[test]
fn a_controller_that_dies_in_the_middle_leaves_no_half_and_the_same_command_goes_on() {
    let mut journey = Journey::begin(Exchange::V2007, ADMINISTRATOR);
    journey.put_right();
    journey.all(&["forward"]);
    let (mut child, lines) = converting(&journey, 20);
    journey.samba.stop();
    let told: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{told:?}");
    journey.samba.resume();
    let (left, converted) = journey.halves();
    println!("{converted} converted, {left} not, when the controller died");
    assert!(converted >= 20 && left > 0);
    let outcomes = journey.all(&CONVERT);
    assert_eq!(outcomes.values().sum::<usize>(), 60);
    assert!(outcomes["AlreadyDone"] >= 20, "{outcomes:?}");
    assert_eq!(journey.halves(), (0, 60));
}

#[test]
fn exchange_2003_keeps_its_guids_and_gets_no_types() {
    let journey = Journey::begin(Exchange::V2003, MIGRATION);
    journey.put_right();
    let protected = journey.samba.person(What::Protected).address;
    let before = journey.samba.dump();
    let everyone: Vec<String> = journey
        .samba
        .people()
        .into_iter()
        .map(|person| person.address)
        .filter(|address| *address != protected)
        .collect();
    let only: Vec<&str> = std::iter::once("--only")
        .chain(everyone.iter().map(String::as_str))
        .collect();
    assert_eq!(
        journey.all(&[&["forward"], &*only].concat()),
        counted(&[("Done", 59)])
    );
    assert_eq!(
        journey.all(&[&CONVERT, &*only].concat()),
        counted(&[("Done", 59)])
    );
    assert_eq!(journey.halves(), (1, 59));
    let converted = journey.samba.dump();
    let guid = |dump: &str, alias: &str| {
        let entry = entry(dump, alias).lines();
        let own = entry.filter(|line| line.starts_with("msExchMailboxGuid:"));
        own.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(guid(&before, "user001"), guid(&converted, "user001"));
    assert!(!converted.contains("msExchRecipientTypeDetails"));
    journey.all(&["undo"]);
    journey.all(&["forward", "--undo"]);
    assert_eq!(journey.samba.dump(), before);
}

#[test]
fn a_project_whose_undo_meets_somebody_elses_change_says_so_and_changes_nothing_of_it() {
    let journey = Journey::begin(Exchange::V2007, MIGRATION);
    let person = journey.samba.person(What::Ordinary);
    let only = ["--only", &person.address];
    journey.all(&[&["forward"], &only[..]].concat());
    journey.all(&[&CONVERT, &only[..]].concat());
    journey.apply(
        &person,
        "add: proxyAddresses\nproxyAddresses: smtp:new@nordvik.example",
    );
    let changed = journey.samba.dump();
    let (code, json) = journey.json(&["undo"]);
    assert_eq!(
        (code, &json["users"][0]["cause"]),
        (1, &Value::from("ChangedMeanwhile"))
    );
    let detail = json["users"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("smtp:new@nordvik.example"), "{detail}");
    assert_eq!(journey.samba.dump(), changed);
    journey.apply(
        &person,
        "delete: proxyAddresses\nproxyAddresses: smtp:new@nordvik.example",
    );
    journey.all(&["undo"]);
}

#[test]
fn a_directory_that_cannot_be_trusted_or_reached_starts_nothing() {
    let samba = Samba::start(Forest::default());
    let run = |server: &str, ca: Option<&Path>| {
        let mut command = stegvis();
        command
            .args(["directory", "list", "--server", server, "--account"])
            .arg(Samba::account(MIGRATION))
            .env("STEGVIS_DIRECTORY_PASSWORD", Samba::password());
        if let Some(ca) = ca {
            command.arg("--ca").arg(ca);
        }
        Running::start(&mut command).finish()
    };
    let host = format!("ldaps://{}", samba.host);
    let untrusted = run(&host, None);
    assert_eq!(untrusted.status.code(), Some(2), "{}", untrusted.stderr);
    let pin = untrusted.stderr.split("--pin ").nth(1).unwrap().trim();
    let mut pinned = stegvis();
    pinned
        .args([
            "directory",
            "list",
            "--json",
            "--server",
            &host,
            "--pin",
            pin,
            "--account",
        ])
        .arg(Samba::account(MIGRATION))
        .env("STEGVIS_DIRECTORY_PASSWORD", Samba::password());
    assert!(Running::start(&mut pinned).finish().status.success());
    let nowhere = run("ldaps://127.0.53.255:1", Some(&samba.authority()));
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn the_accounts_password_is_kept_in_the_keychain_and_taken_out_again() {
    let journey = Journey::begin(Exchange::V2007, MIGRATION);
    let home = tempfile::tempdir().unwrap();
    let say = |verb: &str, given: &str| {
        format!(
            "{given} {} directory {verb} --server ldaps://{} --account '{}'",
            stegvis().get_program().to_str().unwrap(),
            journey.samba.host,
            Samba::account(MIGRATION),
        )
    };
    let ca = format!("--ca {}", journey.samba.authority().display());
    let given = format!("STEGVIS_DIRECTORY_PASSWORD='{}'", Samba::password());
    let list = format!("{} {ca}", say("list", ""));
    let remember = format!("{} {ca}", say("remember", &given));
    let forget = say("forget", "");
    // A session bus and a keyring of its own; an empty password unlocks the keyring, and makes it the first time.
    let script = format!(
        "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n\
         {list} && exit 11\n\
         {remember} || exit 12\n\
         {list} >/dev/null || exit 13\n\
         {forget} || exit 14\n\
         {list} && exit 15\n\
         exit 0\n"
    );
    let mut session = Command::new("dbus-run-session");
    session
        .args(["--", "sh", "-c", &script])
        .env_remove("STEGVIS_DIRECTORY_PASSWORD")
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_RUNTIME_DIR", home.path());
    let run = Running::start(&mut session).finish();
    assert_eq!(run.status.code(), Some(0), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("kept in this computer's keychain"));
    assert_eq!(run.stderr.matches("password is not given").count(), 2);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(Samba::password()));
}

#[test]
fn a_bounce_becomes_the_line_to_add() {
    let mut command = stegvis();
    command.args([
        "directory",
        "decode-bounce",
        "IMCEAEX-_O=NORDVIK_OU=FIRST+20GROUP_CN=RECIPIENTS_CN=anna@nordvik.example",
    ]);
    let run = Running::start(&mut command).finish();
    assert_eq!(
        run.stdout,
        "X500:/O=NORDVIK/OU=FIRST GROUP/CN=RECIPIENTS/CN=anna\n"
    );
}
