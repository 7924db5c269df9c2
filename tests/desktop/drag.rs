//! A file that is dragged onto the window out of another program, as a file manager does it: the X drag-and-drop
//! protocol, from the side of whoever has the file.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::frame::our_window;

/// The protocol's version.
const VERSION: u32 = 5;

/// Until the window must have taken it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A file that is being dragged.
pub struct Drag {
    screen: RustConnection,
    source: Window,
    target: Window,
    /// The middle of the window, on the screen.
    place: u32,
    uris: String,
    /// Whether the window said that it would take it.
    accepted: bool,
    /// Whether it has read which file it is.
    read: bool,
    finished: bool,
}

impl Drag {
    /// Holds a file over the window until the window knows which one it is.
    pub fn over(display: &str, file: &Path) -> Self {
        let (screen, number) = RustConnection::connect(Some(display)).unwrap();
        let root = screen.setup().roots[number].root;
        let target = our_window(&screen, root);
        let source = screen.generate_id().unwrap();
        screen
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                source,
                root,
                -10,
                -10,
                1,
                1,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )
            .unwrap();
        let size = screen.get_geometry(target).unwrap().reply().unwrap();
        let corner = screen.translate_coordinates(target, root, 0, 0).unwrap();
        let corner = corner.reply().unwrap();
        let middle = |start: i16, long: u16| u32::try_from(start).unwrap() + u32::from(long / 2);
        let place = middle(corner.dst_x, size.width) << 16 | middle(corner.dst_y, size.height);
        let mut drag = Self {
            screen,
            source,
            target,
            place,
            uris: format!("file://{}\r\n", file.display()),
            accepted: false,
            read: false,
            finished: false,
        };
        let selection = drag.atom("XdndSelection");
        drag.screen
            .set_selection_owner(source, selection, x11rb::CURRENT_TIME)
            .unwrap();
        let list = drag.atom("text/uri-list");
        drag.send("XdndEnter", [source, VERSION << 24, list, 0, 0]);
        drag.wait("the window reads which file it is", |drag| {
            drag.accepted && drag.read
        });
        drag
    }

    /// Lets go of it there.
    pub fn let_go(mut self) {
        self.send("XdndDrop", [self.source, 0, x11rb::CURRENT_TIME, 0, 0]);
        self.wait("the window has the file", |drag| drag.finished);
    }

    /// Takes it away again.
    pub fn away(self) {
        self.send("XdndLeave", [self.source, 0, 0, 0, 0]);
    }

    /// Answers what the window asks, and goes on holding the file over it.
    fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let due = Instant::now() + PATIENCE;
        let mut moved = Instant::now();
        while !done(self) {
            assert!(Instant::now() < due, "never came true: {what}");
            if !self.read && moved.elapsed() > Duration::from_millis(100) {
                let copy = self.atom("XdndActionCopy");
                let time = x11rb::CURRENT_TIME;
                self.send("XdndPosition", [self.source, 0, self.place, time, copy]);
                moved = Instant::now();
            }
            match self.screen.poll_for_event().unwrap() {
                Some(Event::ClientMessage(message)) => self.told(&message),
                Some(Event::SelectionRequest(request)) => self.asked(&request),
                Some(_) => {}
                None => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    fn told(&mut self, message: &ClientMessageEvent) {
        if message.type_ == self.atom("XdndStatus") {
            self.accepted = message.data.as_data32()[1] & 1 == 1;
        } else if message.type_ == self.atom("XdndFinished") {
            self.finished = true;
        }
    }

    fn asked(&mut self, request: &SelectionRequestEvent) {
        let list = self.atom("text/uri-list");
        let mut property = request.property;
        if request.target == list {
            let uris = self.uris.as_bytes();
            self.screen
                .change_property8(PropMode::REPLACE, request.requestor, property, list, uris)
                .unwrap();
            self.read = true;
        } else {
            property = AtomEnum::NONE.into();
        }
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property,
        };
        self.screen
            .send_event(false, request.requestor, EventMask::NO_EVENT, answer)
            .unwrap();
        self.screen.flush().unwrap();
    }

    fn send(&self, kind: &str, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.target, self.atom(kind), data);
        self.screen
            .send_event(false, self.target, EventMask::NO_EVENT, message)
            .unwrap()
            .check()
            .unwrap();
    }

    fn atom(&self, name: &str) -> Atom {
        let asked = self.screen.intern_atom(false, name.as_bytes()).unwrap();
        asked.reply().unwrap().atom
    }
}
