use stegvis_api::Error;

#[derive(Debug, clap::Args)]
pub struct RehearseArguments {}

pub async fn run(_: RehearseArguments) -> Result<bool, Error> {
    Ok(false)
}
