//! What the machine must have. Debian and Ubuntu get it installed; other systems are told.

use std::process::Command;

use crate::run::{self, Outcome};

/// Packages that belong together, and what they are for.
#[derive(Clone, Copy)]
pub struct Group {
    what: &'static str,
    packages: &'static [&'static str],
}

/// To build everything, the desktop shell included.
pub const BUILD: Group = Group {
    what: "build the desktop wizard",
    packages: &[
        "build-essential",
        "pkg-config",
        "libwebkit2gtk-4.1-dev",
        "mold",
    ],
};

/// To run the tests: a display, a keychain, a browser, a spreadsheet, and a mail server, DNS servers, a directory and clients nobody here wrote.
pub const TEST: Group = Group {
    what: "run the tests",
    packages: &[
        "xvfb",
        "webkit2gtk-driver",
        "dbus",
        "dbus-daemon",
        "gnome-keyring",
        "libsecret-tools",
        "fonts-dejavu-core",
        "fonts-open-sans",
        "dovecot-core",
        "dovecot-imapd",
        "knot",
        "knot-dnsutils",
        "unbound",
        "chromium",
        "libreoffice-calc-nogui",
        "samba",
        "samba-ad-dc",
        "samba-ad-provision",
        "samba-dsdb-modules",
        "samba-vfs-modules",
        "winbind",
        "ldb-tools",
        "ldap-utils",
        "python3-venv",
        "python3-samba",
        "python3-markdown",
        "python3-dnspython",
        "krb5-user",
        "libsasl2-modules-gssapi-mit",
        "libkrb5-dev",
        "libclang-dev",
        "curl",
        "git",
    ],
};

/// To measure: the programs we are compared with.
pub const BENCH: Group = Group {
    what: "measure against other programs",
    packages: &["isync", "interimap"],
};

/// The oldest Node that the ui's tools accept.
const NODE: (u32, u32) = (20, 19);

/// Installs what is missing of these groups, or says what to install.
pub fn packages(groups: &[Group]) -> Outcome {
    if !is_debian() {
        return tell(groups);
    }
    let missing: Vec<&str> = groups
        .iter()
        .flat_map(|group| missing(group.packages))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let purposes: Vec<&str> = groups.iter().map(|group| group.what).collect();
    println!(
        "To {}, this machine still needs: {}. Installing with apt-get.",
        purposes.join(" and to "),
        missing.join(" ")
    );
    apt(&["update", "-q"])?;
    let mut words = vec!["install", "-y", "-q", "--no-install-recommends"];
    words.extend(missing);
    apt(&words)
}

/// Says whether Node is there and new enough.
pub fn node() -> Outcome {
    let wanted = format!("Node {}.{} or newer", NODE.0, NODE.1);
    let Some(text) = run::output(
        if cfg!(windows) { "node.exe" } else { "node" },
        &["--version"],
    ) else {
        return Err(format!(
            "the wizard's pages are built with {wanted}; no `node` was found. Install it from https://nodejs.org or your system's packages."
        ));
    };
    let found = text.trim().trim_start_matches('v');
    let mut numbers = found
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    // Vite also refuses 21 and the first 22s.
    let good = version >= (22, 12) || (version.0 == NODE.0 && version.1 >= NODE.1);
    if good {
        Ok(())
    } else {
        Err(format!(
            "the wizard's pages are built with {wanted} (of the 22 series, 22.12); this is Node {found}."
        ))
    }
}

fn is_debian() -> bool {
    let Ok(text) = std::fs::read_to_string("/etc/os-release") else {
        return false;
    };
    text.lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| *key == "ID" || *key == "ID_LIKE")
        .flat_map(|(_, value)| value.trim_matches('"').split_whitespace())
        .any(|id| id == "debian" || id == "ubuntu")
}

fn missing(packages: &'static [&'static str]) -> Vec<&'static str> {
    let mut words = vec!["-W", "-f", "${db:Status-Abbrev} ${Package}\n"];
    words.extend(packages);
    let listed = run::output("dpkg-query", &words).unwrap_or_default();
    packages
        .iter()
        .copied()
        .filter(|package| {
            !listed.lines().any(|line| {
                let mut fields = line.split_whitespace();
                fields.next() == Some("ii") && fields.next() == Some(package)
            })
        })
        .collect()
}

fn apt(words: &[&str]) -> Outcome {
    let root = run::output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut command = Command::new("sudo");
        command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").args(words);
    // sudo may have to ask for a password.
    run::interactive(&mut command)
}

/// On other systems nothing is installed behind the administrator's back.
fn tell(groups: &[Group]) -> Outcome {
    if cfg!(windows) {
        println!(
            "Needed on Windows: Visual Studio Build Tools with \"Desktop development with C++\", \
             and the WebView2 runtime (part of Windows 11). The journeys between mail servers run on Debian only."
        );
    } else if cfg!(target_os = "macos") {
        println!(
            "Needed on macOS: the Xcode command line tools (xcode-select --install). \
             The journeys between mail servers run on Debian only."
        );
    } else {
        for group in groups {
            println!(
                "To {}, install your system's counterparts of these Debian packages: {}",
                group.what,
                group.packages.join(" ")
            );
        }
    }
    Ok(())
}
