/// The words for true, in the languages Excel is likely to have spoken.
const TRUE: [&str; 12] = [
    "true", "sant", "wahr", "vrai", "ja", "yes", "1", "y", "j", "oui", "tosi", "sand",
];

/// The words for false.
const FALSE: [&str; 13] = [
    "false", "falskt", "falsch", "faux", "nej", "nein", "no", "0", "n", "non", "epätosi", "falsk",
    "usann",
];

/// A truth value in any of the known words.
pub(crate) fn read_boolean(text: &str) -> Option<bool> {
    let word = text.trim().to_lowercase();
    if TRUE.contains(&word.as_str()) {
        Some(true)
    } else if FALSE.contains(&word.as_str()) {
        Some(false)
    } else {
        None
    }
}

/// As Exchange Online writes it.
pub(crate) const fn microsoft_word(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
