//! `ambar label`: templates filled and ZPL drawn, on standard output.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::labels::{self, Case, MediaSize, PrinterModel, UnicodeFont, zpl};

#[derive(Debug, Args)]
pub(super) struct LabelArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The templates: name, size, title and fields.
    List,
    /// One label, as ZPL unless something else is asked for.
    Render(RenderArgs),
    /// A file of ZPL as PNG; what is not drawn is named on standard error.
    Draw(DrawArgs),
    /// A carrier's label (PDF, PNG or JPEG) as ZPL, or as TSPL.
    Graphic(GraphicArgs),
    /// The commands that store our font in a ZPL printer.
    Font,
    /// Every template at every density with every kind of data, for an independent decoder.
    #[command(hide = true)]
    Cases { folder: PathBuf },
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are independent")]
struct RenderArgs {
    /// Name of the template.
    name: String,
    /// The values of the template's own example; so, too, if no data is given.
    #[arg(long, conflicts_with = "data")]
    example: bool,
    /// A JSON file: an object of fields and values.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Dots per millimetre of the printer: 6, 8, 12 or 24.
    #[arg(long, default_value_t = 8)]
    dpmm: u32,
    /// A picture of the label.
    #[arg(long, conflicts_with = "tspl")]
    png: bool,
    /// For a printer that speaks TSPL.
    #[arg(long)]
    tspl: bool,
    /// For a printer that can print nothing but a picture.
    #[arg(long)]
    bitmap_only: bool,
    /// For a ZPL printer that has our font (see `ambar label font`).
    #[arg(long, conflicts_with_all = ["tspl", "png"])]
    own_font: bool,
}

#[derive(Debug, Args)]
struct DrawArgs {
    file: PathBuf,
    #[arg(long, default_value_t = 8)]
    dpmm: u32,
    /// The paper, in millimetres.
    #[arg(long, default_value = "100x150", value_parser = size)]
    size: MediaSize,
    /// Which label of the file, from 1.
    #[arg(long, default_value_t = 1)]
    number: usize,
}

#[derive(Debug, Args)]
struct GraphicArgs {
    file: PathBuf,
    #[arg(long, default_value_t = 8)]
    dpmm: u32,
    /// The paper, in millimetres.
    #[arg(long, default_value = "100x150", value_parser = size)]
    size: MediaSize,
    /// For a printer that speaks TSPL.
    #[arg(long)]
    tspl: bool,
    /// A picture of what would be printed.
    #[arg(long, conflicts_with = "tspl")]
    png: bool,
    /// Every page of a PDF, one label after the other, instead of the first.
    #[arg(long, conflicts_with = "png")]
    all_pages: bool,
}

pub(super) fn size(text: &str) -> Result<MediaSize, String> {
    let side = |side: &str| side.trim().parse::<u32>().ok();
    match text.split_once(['x', '×']).map(|(width, height)| (side(width), side(height))) {
        Some((Some(width_mm), Some(height_mm))) => Ok(MediaSize { width_mm, height_mm }),
        _ => Err("a size is width x height in millimetres: 100x150".to_owned()),
    }
}

pub(super) fn run(args: &LabelArgs) -> anyhow::Result<ExitCode> {
    let bytes = match &args.action {
        Action::List => list().into_bytes(),
        Action::Render(args) => render(args)?,
        Action::Draw(args) => draw(args)?,
        Action::Graphic(args) => graphic(args)?,
        Action::Font => labels::font_download(),
        Action::Cases { folder } => {
            write_cases(folder)?;
            Vec::new()
        }
    };
    std::io::stdout().lock().write_all(&bytes)?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| file.display().to_string())
}

fn list() -> String {
    let line = |template: &labels::Template| {
        let field = |field: &labels::FieldSpec| {
            format!("{}{}", field.name, if field.required { "" } else { "?" })
        };
        let fields: Vec<String> = template.fields().iter().map(field).collect();
        format!(
            "{}\t{}x{}\t{}\t{}\n",
            template.name(),
            template.width_mm(),
            template.height_mm(),
            template.title_ru(),
            fields.join(" "),
        )
    };
    labels::templates().iter().map(line).collect()
}

fn render(args: &RenderArgs) -> anyhow::Result<Vec<u8>> {
    let template = labels::template(&args.name)?;
    let fields: BTreeMap<String, String> = match &args.data {
        Some(file) => serde_json::from_slice(&read(file)?)
            .with_context(|| format!("{}: an object of fields and texts", file.display()))?,
        None => template.example(),
    };
    if args.png {
        return Ok(labels::preview_png(template, &fields, args.dpmm)?);
    }
    let mut printer =
        if args.tspl { PrinterModel::tspl(args.dpmm) } else { PrinterModel::zpl(args.dpmm) };
    if args.own_font {
        printer = printer.with_font(UnicodeFont::Downloaded);
    }
    if args.bitmap_only {
        printer = printer.bitmap_only();
    }
    Ok(labels::fill(template, &fields, printer)?)
}

fn draw(args: &DrawArgs) -> anyhow::Result<Vec<u8>> {
    let drawing = zpl::draw(&read(&args.file)?, args.dpmm, args.size)?;
    for warning in &drawing.warnings {
        eprintln!("{}: {warning}", args.file.display());
    }
    let found = drawing.labels.len();
    let label = args.number.checked_sub(1).and_then(|index| drawing.labels.get(index));
    let label = label.with_context(|| format!("the file has {found} labels"))?;
    Ok(label.picture.png()?)
}

fn graphic(args: &GraphicArgs) -> anyhow::Result<Vec<u8>> {
    let file = read(&args.file)?;
    if args.png {
        return Ok(labels::graphic_picture(&file, args.size, args.dpmm)?.png()?);
    }
    let printer = if args.tspl { PrinterModel::tspl } else { PrinterModel::zpl };
    let printer = printer(args.dpmm);
    if args.all_pages {
        return Ok(labels::graphic_labels(&file, args.size, printer)?.concat());
    }
    Ok(labels::graphic_label(&file, args.size, printer)?)
}

/// Writes `NAME_CASE_DPMM.zpl`, the picture of each, and `cases.json` with what must be read.
fn write_cases(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    for template in labels::templates() {
        for dots_per_mm in [6, 8, 12, 24] {
            for case in Case::ALL {
                let printer = PrinterModel::zpl(dots_per_mm);
                let fields = labels::cases(template, *case, printer)?;
                let name = format!("{}_{}_{dots_per_mm}", template.name(), case.name());
                let zpl = labels::fill(template, &fields, printer)?;
                let png = labels::preview_png(template, &fields, dots_per_mm)?;
                std::fs::write(folder.join(format!("{name}.zpl")), zpl)?;
                std::fs::write(folder.join(format!("{name}.png")), png)?;
                written.push(json!({
                    "name": name,
                    "width_mm": template.width_mm(),
                    "height_mm": template.height_mm(),
                    "dots_per_mm": dots_per_mm,
                    "codes": labels::expected_codes(template, &fields),
                }));
            }
        }
    }
    std::fs::write(folder.join("cases.json"), serde_json::to_vec_pretty(&written)?)?;
    Ok(())
}
