use stegvis_lists::MailboxList;

/// A list as a person meets it: each row, and every finding as was and becomes.
pub fn told(list: &MailboxList) -> String {
    let mut told = String::new();
    for row in &list.rows {
        told.push_str(&format!(
            "{} {} {:?}\n",
            row.row,
            row.status().name(),
            row.text
        ));
        for finding in &row.findings {
            told.push_str(&format!(
                "    {} {}: {:?} -> {:?}\n",
                finding.code.name(),
                finding.column.map_or("row", |column| column.name()),
                finding.was,
                finding.becomes
            ));
        }
    }
    told
}
