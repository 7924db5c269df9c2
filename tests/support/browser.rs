//! A person in front of a browser, as far as a page with one form needs one.

use std::path::Path;
use std::process::Command;

/// Opens a page, fills in its one form and sends it, and goes where it leads.
pub fn fill_in(ca: &Path, address: &str, typed: &[(&str, &str)]) {
    let page = curl(ca, &[address]);
    let base = address.split('/').take(3).collect::<Vec<_>>().join("/");
    let action = attribute(&page, "<form ", "action");
    let mut words = vec!["-L".to_owned()];
    for field in page.split("<input type=\"hidden\"").skip(1) {
        let (name, value) = (attribute(field, "", "name"), attribute(field, "", "value"));
        words.extend(["--data-urlencode".to_owned(), format!("{name}={value}")]);
    }
    for (name, value) in typed {
        words.extend(["--data-urlencode".to_owned(), format!("{name}={value}")]);
    }
    words.push(format!("{base}{action}"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    curl(ca, &words);
}

/// What `curl` gets with these words, trusting one authority.
fn curl(ca: &Path, words: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["-sS", "--noproxy", "*", "--max-time", "120", "--cacert"])
        .arg(ca)
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The value of an attribute of the first element that begins so.
fn attribute(page: &str, element: &str, name: &str) -> String {
    let rest = &page[page.find(element).unwrap()..];
    let begin = format!(" {name}=\"");
    let rest = rest
        .split(&begin)
        .nth(1)
        .unwrap_or_else(|| panic!("{name} in {rest}"));
    let value = rest.split('"').next().unwrap();
    value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
