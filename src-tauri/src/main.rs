//! The desktop wizard.

// A console behind the window is for developers alone.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    stegvis_desktop::run()
}
