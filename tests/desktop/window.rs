//! The window as a person has it: what it says, and what can be pressed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::desk::Driver;

/// Until a page must say what it is expected to say: a whole batch is copied meanwhile, on a machine that
/// may have other work.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(50);

pub struct Window {
    client: Client,
    /// Which journey, for the names of its pictures.
    journey: &'static str,
    pictures: u32,
}

impl Window {
    /// Starts the program on a folder of its own and waits for its first page.
    pub async fn open(driver: &Driver, journey: &'static str, data: &Path, words: &[&str]) -> Self {
        let mut args = vec!["--data", data.to_str().unwrap()];
        args.extend(words);
        let capabilities =
            json!({ "webkitgtk:browserOptions": { "binary": program(), "args": args } });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object was written")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await
            .unwrap_or_else(|error| panic!("no session: {error}"));
        let window = Self {
            client,
            journey,
            pictures: 0,
        };
        window.one("step-project").await;
        window
    }

    /// The one thing of this name, as soon as it is there.
    pub async fn one(&self, name: &str) -> Element {
        let css = format!("[data-testid=\"{name}\"]");
        match self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(LOOK)
            .for_element(Locator::Css(&css))
            .await
        {
            Ok(element) => element,
            Err(error) => panic!("no {name} ({error}) on the page:\n{}", self.page().await),
        }
    }

    /// An attribute of it.
    pub async fn attribute(&self, name: &str, attribute: &str) -> String {
        self.one(name)
            .await
            .attr(attribute)
            .await
            .unwrap()
            .unwrap_or_default()
    }

    /// Waits until an attribute of it is this.
    pub async fn becomes(&self, name: &str, attribute: &str, value: &str) {
        let script = "const [name, attribute, value] = arguments;\
             return document.querySelector(`[data-testid=\"${name}\"]`)?.getAttribute(attribute) === value";
        let what = format!("{attribute} of {name} is {value}");
        let arguments = vec![name.into(), attribute.into(), value.into()];
        self.until(&what, script, arguments).await;
    }

    /// Waits until what can be read in it holds these words.
    pub async fn tells(&self, name: &str, words: &str) {
        let script = "const [name, words] = arguments;\
             return document.querySelector(`[data-testid=\"${name}\"]`)?.innerText.includes(words) ?? false";
        let what = format!("{name} tells {words:?}");
        self.until(&what, script, vec![name.into(), words.into()])
            .await;
    }

    /// Takes one of a list's choices, as its list does when a person has.
    pub async fn take(&self, name: &str, value: &str) {
        self.one(name).await;
        let take = "const [name, value] = arguments;\
             const list = document.querySelector(`[data-testid=\"${name}\"]`);\
             list.value = value;\
             list.dispatchEvent(new Event('change', { bubbles: true }))";
        self.ask(take, vec![name.into(), value.into()]).await;
    }

    /// Presses it once it is not busy. A page that has just been drawn anew is looked at again.
    pub async fn press(&self, name: &str) {
        let due = Instant::now() + PATIENCE;
        loop {
            let button = self.one(name).await;
            // The driver takes what is half under the page's head for seen, and presses the head.
            let show = "const it = document.querySelector(`[data-testid=\"${arguments[0]}\"]`); \
                        if (it) it.scrollIntoView({ block: 'center' });";
            self.ask(show, vec![name.into()]).await;
            if matches!(button.attr("aria-busy").await, Ok(busy) if busy.as_deref() != Some("true"))
                && button.click().await.is_ok()
            {
                return;
            }
            assert!(
                Instant::now() < due,
                "{name} cannot be pressed on the page:\n{}",
                self.page().await
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Presses it by a script, where it lies under what is seen of it.
    pub async fn choose(&self, name: &str) {
        self.one(name).await;
        let click = "document.querySelector(`[data-testid=\"${arguments[0]}\"]`).click()";
        self.ask(click, vec![name.into()]).await;
    }

    /// Types into it, over what was there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.one(name).await;
        // Control and A, then Backspace: what was there is gone before the first letter.
        let over = format!("\u{e009}a\u{e009}\u{e003}{text}");
        field.send_keys(&over).await.unwrap();
    }

    /// Presses a key, with others held, wherever the keyboard is.
    pub async fn key(&self, held: &[char], key: char) {
        let mut keys = KeyActions::new("keyboard".to_owned());
        for value in held.iter().chain([&key]).copied() {
            keys = keys.then(KeyAction::Down { value });
        }
        for value in [&key].into_iter().chain(held).copied() {
            keys = keys.then(KeyAction::Up { value });
        }
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Types over what is selected, letter by letter, wherever the keyboard is.
    pub async fn type_over(&self, text: &str) {
        for letter in text.chars() {
            self.key(&[], letter).await;
        }
    }

    /// Waits until the page's one sentence holds these words.
    pub async fn says(&self, words: &str) {
        let script =
            "return (document.querySelector('h1')?.textContent ?? '').includes(arguments[0])";
        self.until(words, script, vec![words.into()]).await;
    }

    /// Waits until these words are somewhere on the page.
    pub async fn shows(&self, words: &str) {
        self.until(
            words,
            "return document.body.innerText.includes(arguments[0])",
            vec![words.into()],
        )
        .await;
    }

    /// Whether these words are somewhere on the page now.
    pub async fn showing(&self, words: &str) -> bool {
        self.ask(
            "return document.body.innerText.includes(arguments[0])",
            vec![words.into()],
        )
        .await
            == true
    }

    /// Waits until a script that only looks returns true. The driver now and then loses what a page under change answered:
    /// that is no answer, and it is asked again.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) {
        let due = Instant::now() + PATIENCE;
        loop {
            let told = self.client.execute(script, arguments.clone()).await;
            if told.as_ref().is_ok_and(|told| *told == true) {
                return;
            }
            assert!(
                Instant::now() < due,
                "never came true: {what}; last: {told:?}; the page:\n{}",
                self.page().await
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What a script finds on the page.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute(script, arguments)
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Scrolls something a step each frame, and tells how long the frames took.
    pub async fn scroll(&self, name: &str, step: u32, distance: u32) -> String {
        let script = "const [name, step, distance, done] = arguments;\
             const box = document.querySelector(`[data-testid=\"${name}\"]`);\
             const frame = () => new Promise((next) => requestAnimationFrame(next));\
             (async () => {\
                 const frames = [];\
                 let last = await frame();\
                 for (let gone = 0; gone < distance; gone += step) {\
                     box.scrollTop += step;\
                     const now = await frame();\
                     frames.push(now - last);\
                     last = now;\
                 }\
                 box.scrollTop = 0;\
                 frames.sort((a, b) => a - b);\
                 const at = (part) => Math.round(frames[Math.floor((frames.length - 1) * part)]);\
                 const late = frames.filter((one) => one > 50).length;\
                 done(`${frames.length} frames, median ${at(0.5)} ms, longest ${at(1)} ms, ${late} over 50 ms`);\
             })()";
        let arguments = vec![name.into(), step.into(), distance.into()];
        let told = self.client.execute_async(script, arguments).await.unwrap();
        told.as_str().unwrap().to_owned()
    }

    /// All elements that a selector finds.
    pub async fn all(&self, css: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(css)).await.unwrap()
    }

    /// What can be read on the page, for the words of a failure.
    async fn page(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", Vec::new())
            .await;
        text.map_or_else(
            |error| error.to_string(),
            |text| text.as_str().unwrap_or_default().to_owned(),
        )
    }

    /// Keeps a picture of the window in target/desktop-shots.
    pub async fn picture(&mut self, name: &str) {
        // The picture is of the last frame that was painted: let this page be painted first.
        let painted = "const done = arguments[arguments.length - 1];\
             requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)))";
        self.client
            .execute_async(painted, Vec::new())
            .await
            .unwrap();
        let png = self.client.screenshot().await.unwrap();
        let folder = target().join("desktop-shots").join(self.journey);
        fs::create_dir_all(&folder).unwrap();
        self.pictures += 1;
        fs::write(folder.join(format!("{:02}-{name}.png", self.pictures)), png).unwrap();
    }

    /// Keeps a picture in each language. The page is in English before and after it.
    pub async fn pictures(&mut self, name: &str) {
        for (language, next) in [("en", "sv"), ("sv", "en")] {
            self.picture(&format!("{name}-{language}")).await;
            self.press("lang").await;
            let spoken = "return document.documentElement.lang === arguments[0]";
            self.until("the other language", spoken, vec![next.into()])
                .await;
        }
    }

    /// Closes the window, as far as a driver can.
    pub async fn close(self) {
        self.client.close().await.ok();
    }
}

/// Cargo's target folder, from where this test runs: target/debug/deps/desktop-0123.
fn target() -> PathBuf {
    std::env::current_exe()
        .unwrap()
        .ancestors()
        .nth(3)
        .unwrap()
        .to_path_buf()
}

/// The desktop program: `STEGVIS_DESKTOP_BIN`, or else built now beside this test.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("STEGVIS_DESKTOP_BIN") {
            return PathBuf::from(path);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "-p", "stegvis-desktop"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(
            built.unwrap().success(),
            "the desktop program does not build"
        );
        target().join("debug").join("stegvis-desktop")
    })
}
