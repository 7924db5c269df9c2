//! Starts the practice organisation in a folder and prints what an outside client needs: `serve DIR [none|flaky|throttled|hostile]`.

use std::error::Error;
use std::io::Write;

use stegvis_lab::{FaultScript, Lab, LabOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("which folder?")?;
    let mut options = LabOptions::new(dir);
    options.faults = match arguments.next().as_deref() {
        None | Some("none") => FaultScript::None,
        Some("flaky") => FaultScript::Flaky,
        Some("throttled") => FaultScript::Throttled,
        Some("hostile") => FaultScript::Hostile,
        Some(other) => return Err(format!("no fault script is called {other}").into()),
    };
    let lab = Lab::start(options).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(lab.details())?)?;
    out.flush()?;
    // Until the process is killed, which the organisation survives.
    std::future::pending().await
}
