//! A PDF read back by a library that did not write it, for tests: letters, boxes and black areas in
//! millimetres from the upper left corner.

#![allow(clippy::float_arithmetic, reason = "a page is measured in parts of a millimetre")]

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect, Shape};

const MM_PER_POINT: f64 = 25.4 / 72.0;

/// One page as it was read.
#[derive(Debug, Default)]
pub(crate) struct ReadPage {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// In the order of drawing: left end of the baseline, and the letter.
    pub(crate) letters: Vec<(f64, f64, String)>,
    /// Around every path that is drawn as lines.
    outlines: Vec<Rect>,
    /// Around every part of a path that is filled.
    black: Vec<Rect>,
}

/// All pages of a file.
pub(crate) fn pages(file: &[u8]) -> Vec<ReadPage> {
    let pdf = Pdf::new(file.to_vec()).expect("the file is a PDF");
    pdf.pages().iter().map(read).collect()
}

fn read(page: &Page<'_>) -> ReadPage {
    let (width, height) = page.render_dimensions();
    let everything = Rect::new(-1e6, -1e6, 1e6, 1e6);
    let down = page.initial_transform(true).to_kurbo();
    let settings = InterpreterSettings::default();
    let cache = InterpreterCache::new();
    let mut context = Context::new(down, everything, &cache, page.xref(), settings);
    let (width, height) = (f64::from(width) * MM_PER_POINT, f64::from(height) * MM_PER_POINT);
    let mut reader = ReadPage { width, height, ..ReadPage::default() };
    interpret_page(page, &mut context, &mut reader);
    reader
}

impl ReadPage {
    /// All letters in the order of drawing, lines apart.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut before = None;
        for (_, y, letter) in &self.letters {
            if before.is_some_and(|before: f64| (before - y).abs() > 0.01) {
                text.push('\n');
            }
            before = Some(*y);
            text.push_str(letter);
        }
        text.replace('\u{a0}', " ")
    }

    /// The letters whose baselines begin in an area: left, top, width, height.
    pub(crate) fn text_in(&self, [left, top, width, height]: [f64; 4]) -> String {
        let area = Rect::new(left, top, left + width, top + height).inflate(0.01, 0.01);
        let is_in = |x: f64, y: f64| area.contains((x, y));
        let letters = self.letters.iter().filter(|(x, y, _)| is_in(*x, *y));
        letters.map(|(_, _, letter)| letter.as_str()).collect::<String>().replace('\u{a0}', " ")
    }

    /// Whether a box is drawn with its edges there, to a twentieth of a millimetre.
    pub(crate) fn has_box(&self, [left, top, width, height]: [f64; 4]) -> bool {
        let is_near = |one: f64, other: f64| (one - other).abs() < 0.05;
        self.outlines.iter().any(|found| {
            is_near(found.x0, left)
                && is_near(found.y0, top)
                && is_near(found.width(), width)
                && is_near(found.height(), height)
        })
    }

    /// Bars in an area from the left: left edge and width.
    pub(crate) fn bars_in(&self, [left, top, width, height]: [f64; 4]) -> Vec<(f64, f64)> {
        let area = Rect::new(left, top, left + width, top + height);
        let mut bars: Vec<(f64, f64)> = self
            .black
            .iter()
            .filter(|bar| area.contains(bar.center()))
            .map(|bar| (bar.x0, bar.width()))
            .collect();
        bars.sort_by(|left, right| left.0.total_cmp(&right.0));
        bars
    }

    /// The highest and lowest of everything that is drawn lies on the page.
    pub(crate) fn is_within(&self) -> bool {
        let page = Rect::new(-0.2, -0.2, self.width + 0.2, self.height + 0.2);
        let inside = |area: &Rect| page.union(*area) == page;
        self.letters.iter().all(|(x, y, _)| page.contains((*x, *y)))
            && self.outlines.iter().chain(&self.black).all(inside)
    }
}

/// Interleaved 2 of 5 as a reader sees it: bars and the spaces between them, narrow or wide.
pub(crate) fn decode_itf(bars: &[(f64, f64)]) -> Option<String> {
    const WIDE: [&str; 10] =
        ["NNWWN", "WNNNW", "NWNNW", "WWNNN", "NNWNW", "WNWNN", "NWWNN", "NNNWW", "WNNWN", "NWNWN"];
    let narrow = bars.first()?.1;
    let sign = |width: f64| if width > 2.0 * narrow { 'W' } else { 'N' };
    let mut stripes = Vec::new();
    for (index, (left, width)) in bars.iter().enumerate() {
        stripes.push(sign(*width));
        if let Some((next, _)) = bars.get(index + 1) {
            stripes.push(sign(next - left - width));
        }
    }
    let data = stripes.strip_prefix(&['N'; 4])?.strip_suffix(&['W', 'N', 'N'])?;
    let mut digits = String::new();
    for pair in data.chunks_exact(10) {
        for first in [0, 1] {
            let pattern: String = pair.iter().skip(first).step_by(2).collect();
            let digit = WIDE.iter().position(|wide| *wide == pattern)?;
            digits.push_str(&digit.to_string());
        }
    }
    Some(digits)
}

fn in_mm(area: Rect) -> Rect {
    Affine::scale(MM_PER_POINT).transform_rect_bbox(area)
}

impl<'a> Device<'a> for ReadPage {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let path = props.transform * path.clone();
        if matches!(mode, DrawMode::Stroke(_)) {
            self.outlines.push(in_mm(path.bounding_box()));
            return;
        }
        for part in path
            .elements()
            .split_inclusive(|element| matches!(element, hayro::kurbo::PathEl::ClosePath))
        {
            self.black.push(in_mm(BezPath::from_vec(part.to_vec()).bounding_box()));
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        // Strong letters are filled, and then drawn along their outlines.
        if matches!(mode, DrawMode::Stroke(_)) {
            return;
        }
        for glyph in run.glyphs() {
            let at = (props.transform * glyph.transform()).translation() * MM_PER_POINT;
            let letter = match glyph.as_unicode() {
                Some(hayro::hayro_interpret::hayro_cmap::BfString::Char(letter)) => {
                    letter.to_string()
                }
                Some(hayro::hayro_interpret::hayro_cmap::BfString::String(letters)) => letters,
                None => "?".to_owned(),
            };
            self.letters.push((at.x, at.y, letter));
        }
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
