//! Pages as a PDF file. Only here micrometres become points.
//!
//! **Invariant:** the same pages give the same bytes: no clock, no random name, fonts cut down to the
//! letters in use in the order of their numbers.

#![expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "the file format counts in points with a fraction; a page is below 2^24 micrometres"
)]

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

use super::PaperError;
use super::font::{self, Glyph};
use super::page::{Op, Page, Style};

const POINTS_PER_UM: f32 = 72.0 / 25_400.0;

/// How much thicker strong letters are, by their em.
const STRONG: f32 = 0.035;

const fn points(um: i64) -> f32 {
    um as f32 * POINTS_PER_UM
}

/// The pages, all of that size in micrometres.
pub(super) fn write(
    title: &str,
    (width, height): (i64, i64),
    pages: &[Page],
) -> Result<Vec<u8>, PaperError> {
    let mut document = Document::new();
    let metadata = Metadata::new().title(title.to_owned()).language("ru".to_owned());
    document.set_metadata(metadata.producer("ambar".to_owned()));
    let fonts: Option<Vec<Font>> =
        font::loaded().iter().map(|face| Font::new(face.file.into(), 0)).collect();
    let fonts = fonts.ok_or_else(|| PaperError::Write("a font was not read".to_owned()))?;
    let settings = PageSettings::from_wh(points(width), points(height))
        .ok_or_else(|| PaperError::Template("the page has no size".to_owned()))?;
    for page in pages {
        let mut sheet = document.start_page_with(settings.clone());
        let mut surface = sheet.surface();
        for op in &page.ops {
            draw(&mut surface, &fonts, op);
        }
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|error| PaperError::Write(format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, fonts: &[Font], op: &Op) {
    match op {
        Op::Text { x, baseline, em, glyphs, is_strong } => {
            let stroke = is_strong.then(|| stroke(points(*em) * STRONG, Style::Solid));
            surface.set_fill(Some(black()));
            surface.set_stroke(stroke);
            let mut x = *x;
            for run in glyphs.chunk_by(|left, right| left.face == right.face) {
                write_run(surface, &fonts[run[0].face], (x, *baseline), *em, run);
                x += font::width(run, *em);
            }
        }
        Op::Line { from, to, thickness, style } => {
            let mut path = PathBuilder::new();
            path.move_to(points(from.0), points(from.1));
            path.line_to(points(to.0), points(to.1));
            outline(surface, path.finish(), points(*thickness), *style);
        }
        Op::Frame { x, y, width, height, thickness, style } => {
            let path = rectangles(&[(*x, *y, *width, *height)]);
            outline(surface, path, points(*thickness), *style);
        }
        Op::Black(areas) => {
            surface.set_fill(Some(black()));
            surface.set_stroke(None);
            if let Some(path) = rectangles(areas) {
                surface.draw_path(&path);
            }
        }
    }
}

fn black() -> Fill {
    Fill { paint: luma::Color::black().into(), ..Fill::default() }
}

fn stroke(width: f32, style: Style) -> Stroke {
    let lightness = if style == Style::Pale { 170 } else { 0 };
    let dash = StrokeDash { array: vec![width * 6.0, width * 6.0], offset: 0.0 };
    Stroke {
        paint: luma::Color::new(lightness).into(),
        width,
        opacity: NormalizedF32::ONE,
        dash: (style == Style::Dashed).then_some(dash),
        ..Stroke::default()
    }
}

fn outline(surface: &mut Surface<'_>, path: Option<Path>, width: f32, style: Style) {
    surface.set_fill(None);
    surface.set_stroke(Some(stroke(width, style)));
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn rectangles(areas: &[(i64, i64, i64, i64)]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in areas {
        let area = Rect::from_xywh(points(*x), points(*y), points(*width), points(*height));
        if let Some(area) = area {
            path.push_rect(area);
        }
    }
    path.finish()
}

/// Letters of one face.
fn write_run(surface: &mut Surface<'_>, font: &Font, at: (i64, i64), em: i64, run: &[Glyph]) {
    let mut text = String::with_capacity(run.len());
    let mut glyphs = Vec::with_capacity(run.len());
    for glyph in run {
        let start = text.len();
        text.push(glyph.character);
        // An advance is a part of the em.
        let advance = glyph.width(em) as f32 / em as f32;
        let id = GlyphId::new(u32::from(glyph.id));
        glyphs.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, start..text.len(), None));
    }
    let start = Point::from_xy(points(at.0), points(at.1));
    surface.draw_glyphs(start, &glyphs, font.clone(), &text, points(em), false);
}
