//! Judges the practice organisation in a folder, running or not, and prints the verdict: `judge DIR`.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use stegvis_lab::Lab;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).ok_or("which folder?")?;
    let verdict = Lab::judge_dir(Path::new(&dir))?;
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::to_string_pretty(&verdict)?
    )?;
    Ok(())
}
