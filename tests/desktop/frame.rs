//! What a person can do to a window from outside it.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, Window,
};
use x11rb::rust_connection::RustConnection;

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
    let frame = all(&screen, root)
        .into_iter()
        .find(|window| is_ours(&screen, *window))
        .expect("a window of Stegvis");
    let message = ClientMessageEvent::new(32, frame, protocols, [close, 0, 0, 0, 0]);
    screen
        .send_event(false, frame, EventMask::NO_EVENT, message)
        .unwrap()
        .check()
        .unwrap();
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
