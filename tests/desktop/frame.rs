//! What a person can do to a window from outside it.

use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Names of keys that write nothing, as X numbers them.
const RETURN: u32 = 0xff0d;
const SHIFT: u32 = 0xffe1;
const CONTROL: u32 = 0xffe3;

/// Until a dialog must be there, and must be gone.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks the program's window to close, as the cross in its frame does.
pub fn close(display: &str) {
    let (screen, number) = RustConnection::connect(Some(display)).unwrap();
    let root = screen.setup().roots[number].root;
    let atom = |name: &str| {
        screen
            .intern_atom(false, name.as_bytes())
            .unwrap()
            .reply()
            .unwrap()
            .atom
    };
    let (protocols, close) = (atom("WM_PROTOCOLS"), atom("WM_DELETE_WINDOW"));
    let frame = our_window(&screen, root);
    let message = ClientMessageEvent::new(32, frame, protocols, [close, 0, 0, 0, 0]);
    screen
        .send_event(false, frame, EventMask::NO_EVENT, message)
        .unwrap()
        .check()
        .unwrap();
}

/// The program's window.
pub fn our_window(screen: &RustConnection, root: Window) -> Window {
    all(screen, root)
        .into_iter()
        .find(|window| is_ours(screen, *window))
        .expect("a window of Stegvis")
}

/// Types the name of a file into the system's own dialog, as a person does who knows where it is, and confirms it.
pub fn answer_dialog(display: &str, title: &str, file: &str) {
    let (screen, number) = RustConnection::connect(Some(display)).unwrap();
    let root = screen.setup().roots[number].root;
    let there = || {
        let mut windows = all(&screen, root).into_iter();
        windows.find(|window| is_ours(&screen, *window) && name(&screen, *window) == title)
    };
    let due = Instant::now() + PATIENCE;
    let dialog = loop {
        match there() {
            Some(dialog) => break dialog,
            None => assert!(Instant::now() < due, "no dialog {title:?} on the screen"),
        }
        thread::sleep(Duration::from_millis(50));
    };
    let keys = Keys::of(&screen, root);
    // Where nobody manages windows, nobody gives them the keyboard either.
    let focus = || {
        screen
            .set_input_focus(InputFocus::PARENT, dialog, x11rb::CURRENT_TIME)
            .unwrap()
            .check()
            .ok();
        thread::sleep(Duration::from_millis(300));
    };
    focus();
    // The first stroke opens the field for a name, where it is not open; only then does it take the next.
    keys.chord(CONTROL, u32::from('a'));
    keys.write('/');
    thread::sleep(Duration::from_millis(500));
    keys.chord(CONTROL, u32::from('a'));
    for letter in file.chars() {
        keys.write(letter);
    }
    // A list of completions may take the first one for itself. One too many would be for the window below.
    let due = Instant::now() + PATIENCE;
    while there().is_some() {
        assert!(Instant::now() < due, "the dialog {title:?} stays");
        keys.press(RETURN);
        let gone = Instant::now() + Duration::from_secs(2);
        while there().is_some() && Instant::now() < gone {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The keyboard of a screen.
struct Keys<'a> {
    screen: &'a RustConnection,
    root: Window,
    first: u8,
    /// Names on each key, as many for every one.
    names: Vec<u32>,
    each: usize,
}

impl<'a> Keys<'a> {
    fn of(screen: &'a RustConnection, root: Window) -> Self {
        let (first, last) = (screen.setup().min_keycode, screen.setup().max_keycode);
        let map = screen
            .get_keyboard_mapping(first, last - first + 1)
            .unwrap()
            .reply()
            .unwrap();
        Self {
            screen,
            root,
            first,
            each: usize::from(map.keysyms_per_keycode),
            names: map.keysyms,
        }
    }

    /// The key that has a name, and whether it takes Shift.
    fn key(&self, wanted: u32) -> (u8, bool) {
        let keys = self.names.chunks(self.each);
        let found = keys.enumerate().find_map(|(place, names)| {
            let level = names.iter().take(2).position(|name| *name == wanted)?;
            Some((self.first + u8::try_from(place).unwrap(), level == 1))
        });
        found.unwrap_or_else(|| panic!("no key writes {wanted:#x}"))
    }

    /// The names of the letters of Latin-1 are their codes.
    fn write(&self, letter: char) {
        let name = u32::from(letter);
        if self.key(name).1 {
            self.chord(SHIFT, name);
        } else {
            self.press(name);
        }
    }

    fn press(&self, name: u32) {
        let (key, _) = self.key(name);
        self.fake(KEY_PRESS_EVENT, key);
        self.fake(KEY_RELEASE_EVENT, key);
        thread::sleep(Duration::from_millis(15));
    }

    fn chord(&self, held: u32, name: u32) {
        let (held, _) = self.key(held);
        self.fake(KEY_PRESS_EVENT, held);
        self.press(name);
        self.fake(KEY_RELEASE_EVENT, held);
    }

    fn fake(&self, event: u8, key: u8) {
        self.screen
            .xtest_fake_input(event, key, x11rb::CURRENT_TIME, self.root, 0, 0, 0)
            .unwrap()
            .check()
            .unwrap();
    }
}

fn name(screen: &RustConnection, window: Window) -> String {
    let utf8 = screen.intern_atom(false, b"_NET_WM_NAME").unwrap();
    let property = utf8.reply().unwrap().atom;
    let reply = screen
        .get_property(false, window, property, AtomEnum::ANY, 0, 256)
        .unwrap()
        .reply();
    reply
        .map(|reply| String::from_utf8_lossy(&reply.value).into_owned())
        .unwrap_or_default()
}

/// A window that has been told how it will be asked to close.
fn is_ours(screen: &RustConnection, window: Window) -> bool {
    let text = |property: AtomEnum| {
        let reply = screen
            .get_property(false, window, property, AtomEnum::ANY, 0, 256)
            .unwrap()
            .reply();
        reply
            .map(|reply| String::from_utf8_lossy(&reply.value).into_owned())
            .unwrap_or_default()
    };
    let visible = screen
        .get_window_attributes(window)
        .unwrap()
        .reply()
        .is_ok_and(|a| a.map_state == 2.into());
    visible && text(AtomEnum::WM_CLASS).to_lowercase().contains("stegvis")
}

fn all(screen: &RustConnection, window: Window) -> Vec<Window> {
    let children = screen
        .query_tree(window)
        .unwrap()
        .reply()
        .map(|tree| tree.children)
        .unwrap_or_default();
    let below = children.into_iter().flat_map(|child| all(screen, child));
    std::iter::once(window).chain(below).collect()
}
