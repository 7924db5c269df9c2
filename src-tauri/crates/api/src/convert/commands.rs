//! The conversion by other means: for *Show commands*, and as files that `ldifde` takes.

use stegvis_engine::directory::Values;
use stegvis_model::{DirectoryChangeKind, ExchangeVersion};

use crate::Error;
use crate::directory::equivalents;
use crate::dto::{CommandLine, ReportFile};
use crate::project::{Project, damaged};

/// One object's conversion, planned or written.
struct Planned {
    dn: String,
    version: ExchangeVersion,
    before: Values,
    after: Values,
}

impl Project {
    /// What stands written, and what is planned.
    fn planned(&self) -> Result<Vec<Planned>, Error> {
        let written = self.setting(|tx| tx.directory_changes(DirectoryChangeKind::Conversion))?;
        let mut all = Vec::new();
        for change in written.into_iter().filter(|change| change.run > 0) {
            let planned = change.planned;
            let version = planned.version.ok_or_else(|| {
                let missing = format!("the conversion of {} has no version", planned.address);
                damaged("directory_change.version", &missing)
            })?;
            all.push(Planned {
                dn: planned.dn,
                version,
                before: planned.before,
                after: planned.after,
            });
        }
        let converting = self.converting();
        let plans = converting
            .considered
            .values()
            .filter_map(|considered| considered.plan.as_ref().ok());
        for plan in plans {
            if !all
                .iter()
                .any(|planned| planned.dn.eq_ignore_ascii_case(&plan.dn))
            {
                all.push(Planned {
                    dn: plan.dn.clone(),
                    version: plan.version,
                    before: plan.before.clone(),
                    after: plan.after.clone(),
                });
            }
        }
        Ok(all)
    }

    /// The equivalents of every conversion that is known.
    pub(crate) fn convert_commands(&self) -> Result<Vec<CommandLine>, Error> {
        Ok(self
            .planned()?
            .iter()
            .flat_map(|planned| {
                equivalents::conversion(
                    &planned.dn,
                    planned.version,
                    &planned.before,
                    &planned.after,
                )
            })
            .collect())
    }

    /// Writes the conversions that are known as LDIF, and beside it the way back.
    pub(crate) fn save_ldif(&self) -> Result<Vec<ReportFile>, Error> {
        let planned = self.planned()?;
        if planned.is_empty() {
            return Err(Error::invalid(
                "nothing is planned yet",
                "Examine the gates first.",
            ));
        }
        let folder = self.dir.join("conversion");
        let mut files = Vec::new();
        for (name, back) in [("convert.ldif", false), ("undo.ldif", true)] {
            let records: String = planned
                .iter()
                .map(|planned| {
                    let (from, to) = if back {
                        (&planned.after, &planned.before)
                    } else {
                        (&planned.before, &planned.after)
                    };
                    equivalents::ldif("convert", &planned.dn, from, to).text
                })
                .collect();
            let path = folder.join(name);
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(&path, format!("version: 1\n\n{records}")))
                .map_err(|error| Error::cannot_write(&path, &error))?;
            files.push(ReportFile {
                format: "ldif".to_owned(),
                path: path.display().to_string(),
            });
        }
        Ok(files)
    }
}
