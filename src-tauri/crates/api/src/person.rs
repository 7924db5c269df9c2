//! Who is at this computer, for the log: the account as the system names it, never asked of a person.

/// The account, with its domain where the system tells it; nothing where it names none.
pub(crate) fn at_this_computer() -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let account = set("USERNAME")
        .or_else(|| set("USER"))
        .or_else(|| set("LOGNAME"))
        .or_else(owner)?;
    Some(match set("USERDOMAIN") {
        Some(domain) => format!("{domain}\\{account}"),
        None => account,
    })
}

/// What the system's own list calls whoever this process runs as, where no variable tells.
#[cfg(target_os = "linux")]
fn owner() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let own = std::fs::metadata("/proc/self").ok()?.uid();
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(own)).then(|| name.to_owned())
    })
}

#[cfg(not(target_os = "linux"))]
fn owner() -> Option<String> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn a_process_always_belongs_to_somebody() {
        assert!(super::owner().is_some_and(|name| !name.is_empty()));
        assert!(super::at_this_computer().is_some());
    }
}
