//! A server of HTTP that answers what a test says.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What a server was asked: each request's head.
pub type Heard = Arc<Mutex<Vec<String>>>;

/// The head of the next request, when all of it is there.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(bytes.get(..head)?).into_owned();
            let length = text
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0_usize);
            if bytes.len() >= head + 4 + length {
                return Some(text);
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await.unwrap() {
            0 => return None,
            read => bytes.extend_from_slice(buffer.get(..read)?),
        }
    }
}

/// A server that answers as `answer` says, with nothing where it says nothing; its token endpoint gives tokens.
pub async fn server<F, Fut>(path: &str, answer: F) -> (Url, Heard)
where
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = String> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}{path}", listener.local_addr().unwrap());
    let heard = Heard::default();
    let (notes, answer) = (heard.clone(), Arc::new(answer));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (notes, answer) = (notes.clone(), answer.clone());
            tokio::spawn(async move {
                let Some(head) = request(&mut stream).await else {
                    return;
                };
                let answer = if head.starts_with("POST /token") {
                    body(r#"{"access_token":"t0ken","expires_in":3600}"#)
                } else {
                    notes.lock().unwrap().push(head.clone());
                    answer(head).await
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    (base.parse().unwrap(), heard)
}

/// 200, with this body.
pub fn body(text: &str) -> String {
    said("200 OK", "", text)
}

/// This status, with these headers, each ended by its line's end, and this body.
pub fn said(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// What was heard so far.
pub fn heads(heard: &Heard) -> Vec<String> {
    heard.lock().unwrap().clone()
}
