//! `ambar document`: papers as PDF from a model in JSON, without a server.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::agency;
use crate::documents::pdf::{self, Template};
use crate::documents::post_forms;
use crate::manifests::act;

#[derive(Debug, Args)]
pub(super) struct DocumentArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The names of the papers.
    List,
    /// One paper as PDF on standard output.
    Render(RenderArgs),
    /// The example of a paper's model, to be changed and rendered.
    Example { name: String },
}

#[derive(Debug, Args)]
struct RenderArgs {
    /// Name of the paper.
    name: String,
    /// The paper's own example; so, too, if no data is given.
    #[arg(long, conflicts_with = "data")]
    example: bool,
    /// A JSON file with the model.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(super) fn run(args: &DocumentArgs) -> anyhow::Result<ExitCode> {
    let bytes = match &args.action {
        Action::List => list().into_bytes(),
        Action::Render(args) => render(args)?,
        Action::Example { name } => example(template(name)?)?.into(),
    };
    std::io::stdout().lock().write_all(&bytes)?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> String {
    Template::ALL.iter().fold(String::new(), |list, template| list + template.as_str() + "\n")
}

fn template(name: &str) -> anyhow::Result<Template> {
    Template::parse(name)
        .with_context(|| format!("there is no paper {name}; there are:\n{}", list()))
}

fn example(template: Template) -> anyhow::Result<&'static str> {
    let own = match template {
        Template::HandoverAct => Some(act::EXAMPLE),
        Template::AgentReport => Some(agency::EXAMPLE),
        _ => post_forms::example(template),
    };
    own.context("this paper has no example")
}

fn render(args: &RenderArgs) -> anyhow::Result<Vec<u8>> {
    let template = template(&args.name)?;
    let model = match &args.data {
        Some(file) => std::fs::read(file).with_context(|| file.display().to_string())?,
        None => example(template)?.into(),
    };
    Ok(match template {
        Template::HandoverAct => act::pdf(&serde_json::from_slice(&model)?)?,
        Template::AgentReport => pdf::render(template, &serde_json::from_slice::<Value>(&model)?)?,
        _ => post_forms::render_json(template, &model)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paper_has_an_example_that_is_drawn() {
        for template in Template::ALL {
            let args = RenderArgs { name: template.to_string(), example: true, data: None };
            assert!(render(&args).unwrap().starts_with(b"%PDF-"), "{template}");
        }
        assert!(super::template("other").unwrap_err().to_string().contains("post_f7p"));
    }
}
