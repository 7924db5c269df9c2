//! DMARC records (RFC 7489 section 6.3).

/// Whether a text is a DMARC record at all.
pub(super) fn is_dmarc(text: &str) -> bool {
    text.split(';')
        .next()
        .and_then(|tag| tag.split_once('='))
        .is_some_and(|(name, value)| name.trim() == "v" && value.trim() == "DMARC1")
}

/// What is wrong with a DMARC record, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DmarcFault {
    /// It says nothing of what to do (`p`).
    NoPolicy,
    /// A tag whose value nobody understands.
    Broken {
        /// The tag, with its value.
        tag: String,
    },
    /// `p=none`: others only watch.
    OnlyWatches,
    /// Nobody receives the reports (`rua`).
    NoReports,
}

/// A read DMARC record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dmarc {
    tags: Vec<(String, String)>,
    broken: Vec<String>,
}

impl Dmarc {
    /// Reads a record; every text can be read, with what is broken in it named.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut dmarc = Self {
            tags: Vec::new(),
            broken: Vec::new(),
        };
        for tag in text.split(';').map(str::trim).filter(|tag| !tag.is_empty()) {
            match tag.split_once('=') {
                Some((name, value)) => dmarc
                    .tags
                    .push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
                None => dmarc.broken.push(tag.to_owned()),
            }
        }
        dmarc
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|(tag, _)| tag == name)
            .map(|(_, value)| &**value)
    }

    /// What is wrong with it, or worth knowing.
    #[must_use]
    pub fn faults(&self) -> Vec<DmarcFault> {
        let mut faults: Vec<_> = self
            .broken
            .iter()
            .map(|tag| DmarcFault::Broken { tag: tag.clone() })
            .collect();
        for (name, value) in &self.tags {
            let lower = value.to_ascii_lowercase();
            let good = match &**name {
                "p" | "sp" => matches!(&*lower, "none" | "quarantine" | "reject"),
                "adkim" | "aspf" => matches!(&*lower, "r" | "s"),
                "pct" => lower.parse::<u8>().is_ok_and(|percent| percent <= 100),
                "ri" => lower.parse::<u32>().is_ok(),
                "rua" | "ruf" => lower
                    .split(',')
                    .all(|to| to.trim().starts_with("mailto:") && to.contains('@')),
                // Unknown tags are to be ignored.
                _ => true,
            };
            if !good {
                faults.push(DmarcFault::Broken {
                    tag: format!("{name}={value}"),
                });
            }
        }
        match self.tag("p") {
            None => faults.push(DmarcFault::NoPolicy),
            Some(policy) if policy.eq_ignore_ascii_case("none") => {
                faults.push(DmarcFault::OnlyWatches);
            }
            Some(_) => {}
        }
        if self.tag("rua").is_none() {
            faults.push(DmarcFault::NoReports);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn faults(text: &str) -> Vec<DmarcFault> {
        Dmarc::read(text).faults()
    }

    #[test]
    fn the_version_comes_first_and_its_case_counts() {
        assert!(is_dmarc("v=DMARC1; p=none"));
        assert!(is_dmarc("v = DMARC1;p=none"));
        assert!(!is_dmarc("p=none; v=DMARC1"));
        assert!(!is_dmarc("v=dmarc1; p=none"));
    }

    #[test]
    fn a_policy_with_reports_has_no_fault() {
        assert_eq!(
            faults(
                "v=DMARC1; p=quarantine; rua=mailto:dmarc@nordvik.example,mailto:x@y.example!10m; pct=50"
            ),
            []
        );
    }

    #[test]
    fn each_fault_is_told() {
        assert_eq!(
            faults("v=DMARC1; p=none"),
            [DmarcFault::OnlyWatches, DmarcFault::NoReports]
        );
        assert_eq!(
            faults("v=DMARC1; rua=mailto:d@nordvik.example"),
            [DmarcFault::NoPolicy]
        );
        for tag in ["p=block", "pct=101", "rua=d@nordvik.example", "adkim=x"] {
            assert!(
                faults(&format!(
                    "v=DMARC1; p=reject; rua=mailto:a@b.example; {tag}"
                ))
                .contains(&DmarcFault::Broken {
                    tag: tag.to_owned()
                }),
                "{tag}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,120}") {
            is_dmarc(&text);
            faults(&text);
        }
    }
}
