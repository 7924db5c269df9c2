use stegvis_api::Error;

#[derive(Debug, clap::Subcommand)]
pub enum LabCommand {}

pub async fn run(command: LabCommand) -> Result<bool, Error> {
    match command {}
}
