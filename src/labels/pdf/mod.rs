//! Carriers' labels that come as PDF: pages to dots.
//!
//! A page is drawn on the label's own grid, some whole number of points to a dot, and a dot is black
//! if half of it is ([`place`] says where the page lies). So every edge of a bar goes to the nearest
//! dot, and nothing is blurred by scaling a picture.
//!
//! **Invariant:** arbitrary bytes never panic the caller and cost bounded memory and work ([`guard`]).
//! **Invariant:** a label whose letters or pictures could not all be drawn is refused, not printed.
//!
//! The renderer is a large program that reads what strangers wrote. It runs in a thread of its own: a
//! panic in it becomes an error, and the thread's stack is made for the nesting that it allows.

mod guard;
mod place;
#[cfg(test)]
mod tests;
mod units;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::{FontData, FontQuery, StandardFont};
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::{Context, InterpreterSettings, TransformExt, interpret_page};
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings};

use super::bitmap::Bitmap;
use super::font;
use guard::{Counter, TooMuch};
use place::{Area, Placement, Size, Turn};

/// Pages of one file: labels of one order.
const PAGES_MAX: usize = 50;
/// The longest side of a page: A0.
const SIDE_UM_MAX: u64 = 1_190_000;
const SIDE_UM_MIN: u64 = 5_000;
/// What the first look at a page is drawn with: points per millimetre.
const LOOK_PER_MM: u32 = 4;
/// Points per millimetre that bars are drawn with, if that is no less than the printer's dots.
const FINE_PER_MM: u32 = 24;
/// Points of one picture: four bytes each.
const POINTS_MAX: u64 = 150_000_000;
const STACK_BYTES: usize = 64 << 20;
/// Darker than this is seen on a page, and kept; of 255.
const SEEN_BELOW: u32 = 250;
/// Darker than this on average is a black dot.
const BLACK_BELOW: u32 = 128;

/// Why a PDF is not printed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    #[error("the PDF is encrypted; save it without a password or ask the carrier for such a file")]
    Encrypted,
    #[error("the PDF is damaged; download it again")]
    Broken,
    #[error("the PDF has {bytes} bytes, more than {max}; a label is smaller, look what it is")]
    TooLarge { bytes: usize, max: usize },
    #[error("the PDF has {found} pages, more than {max}; divide it")]
    Pages { found: usize, max: usize },
    #[error(
        "page {page} of the PDF is {width_mm} × {height_mm} mm; labels have 5 to 1190 mm a side"
    )]
    PageSize { page: usize, width_mm: u64, height_mm: u64 },
    #[error("the PDF has nothing on its pages that could be printed")]
    Blank,
    #[error(
        "page {page} of the PDF has a font or picture that cannot be drawn; ask the carrier for PNG or ZPL"
    )]
    Incomplete { page: usize },
    #[error(
        "the PDF is too much work to draw; print it on an office printer or ask for PNG or ZPL"
    )]
    TooMuch,
    #[error("the PDF cannot be drawn: {why}; ask the carrier for PNG or ZPL")]
    Renderer { why: String },
}

/// Which pages of a file become labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    First,
    All,
}

/// The label to draw on, in dots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) dots_per_mm: u32,
}

/// Whether the file says that it is a PDF; readers accept its sign within the first kilobyte.
pub(super) fn is_pdf(file: &[u8]) -> bool {
    const SIGN: &[u8] = b"%PDF-";
    image::guess_format(file).is_err()
        && file[..file.len().min(1_024)].windows(SIGN.len()).any(|at| at == SIGN)
}

/// The pages as labels; blank pages are left out. It blocks.
pub(super) fn draw(file: &[u8], pages: Pages, canvas: Canvas) -> Result<Vec<Bitmap>, PdfError> {
    guard::check_file(file)?;
    let spawned = std::thread::scope(|scope| {
        let work = || draw_here(file.to_vec(), pages, canvas);
        let thread = std::thread::Builder::new().name("pdf".to_owned()).stack_size(STACK_BYTES);
        thread.spawn_scoped(scope, work).map(std::thread::ScopedJoinHandle::join)
    });
    match spawned {
        Ok(Ok(drawn)) => drawn,
        Ok(Err(panic)) if panic.is::<TooMuch>() => Err(PdfError::TooMuch),
        Ok(Err(_)) => Err(PdfError::Renderer { why: "the renderer failed".to_owned() }),
        Err(error) => Err(PdfError::Renderer { why: error.to_string() }),
    }
}

fn draw_here(file: Vec<u8>, pages: Pages, canvas: Canvas) -> Result<Vec<Bitmap>, PdfError> {
    let pdf = Pdf::new(file).map_err(|error| match error {
        LoadPdfError::Decryption(_) => PdfError::Encrypted,
        LoadPdfError::Invalid => PdfError::Broken,
    })?;
    let found = pdf.pages().len();
    if found > PAGES_MAX {
        return Err(PdfError::Pages { found, max: PAGES_MAX });
    }
    let mut labels = Vec::new();
    for (index, page) in pdf.pages().iter().enumerate() {
        labels.extend(Sheet::new(page, index + 1)?.draw(canvas)?);
        if pages == Pages::First && !labels.is_empty() {
            break;
        }
    }
    if labels.is_empty() { Err(PdfError::Blank) } else { Ok(labels) }
}

/// One page.
struct Sheet<'a> {
    page: &'a Page<'a>,
    number: usize,
    size: Size,
    cache: RenderCache<'a>,
    settings: InterpreterSettings,
    incomplete: Arc<AtomicBool>,
}

impl<'a> Sheet<'a> {
    fn new(page: &'a Page<'a>, number: usize) -> Result<Self, PdfError> {
        let (width, height) = page.render_dimensions();
        let size = Size { width_um: units::um(width), height_um: units::um(height) };
        let sides = SIDE_UM_MIN..=SIDE_UM_MAX;
        if !sides.contains(&size.width_um) || !sides.contains(&size.height_um) {
            let (width_mm, height_mm) = (size.width_um / 1_000, size.height_um / 1_000);
            return Err(PdfError::PageSize { page: number, width_mm, height_mm });
        }
        let incomplete = Arc::new(AtomicBool::new(false));
        let settings = settings(Arc::clone(&incomplete));
        Ok(Self { page, number, size, cache: RenderCache::new(), settings, incomplete })
    }

    /// The label; none if the page is blank.
    fn draw(&self, canvas: Canvas) -> Result<Option<Bitmap>, PdfError> {
        self.count_work();
        let printed = self.printed()?;
        if self.incomplete.load(Ordering::Relaxed) {
            return Err(PdfError::Incomplete { page: self.number });
        }
        let Some(printed) = printed else { return Ok(None) };
        let side_um = |dots: u32| u64::from(dots) * 1_000 / u64::from(canvas.dots_per_mm);
        let label = Size { width_um: side_um(canvas.width), height_um: side_um(canvas.height) };
        let placement = place::place(self.size, printed, label);
        self.on_label(canvas, placement).map(Some)
    }

    fn count_work(&self) {
        let no_limit = Rect::new(-1e6, -1e6, 1e6, 1e6);
        let mut context = Context::new(
            Affine::IDENTITY,
            no_limit,
            &hayro::hayro_interpret::InterpreterCache::new(),
            self.page.xref(),
            self.settings.clone(),
        );
        interpret_page(self.page, &mut context, &mut Counter::default());
    }

    /// The box around everything on the page that can be seen.
    fn printed(&self) -> Result<Option<Area>, PdfError> {
        let points = |um: u64| (um * u64::from(LOOK_PER_MM)).div_ceil(1_000);
        let (width, height) = (points(self.size.width_um), points(self.size.height_um));
        let scale = units::points_per_unit(LOOK_PER_MM, 1, 1);
        let look = self.render(width, height, Affine::scale(scale))?;
        let (mut left, mut top, mut right, mut bottom) = (u64::MAX, u64::MAX, 0, 0);
        for (y, row) in (0..).zip(look.data().chunks_exact(usize::from(look.width()))) {
            for (x, _) in (0..).zip(row).filter(|(_, point)| level(**point) < SEEN_BELOW) {
                left = left.min(x);
                right = right.max(x + 1);
                top = top.min(y);
                bottom = bottom.max(y + 1);
            }
        }
        let um = |points: u64, most: u64| (points * 1_000 / u64::from(LOOK_PER_MM)).min(most);
        Ok((left < right).then(|| Area {
            left_um: um(left, self.size.width_um),
            top_um: um(top, self.size.height_um),
            right_um: um(right, self.size.width_um),
            bottom_um: um(bottom, self.size.height_um),
        }))
    }

    fn on_label(&self, canvas: Canvas, placement: Placement) -> Result<Bitmap, PdfError> {
        let times = points_to_dot(canvas);
        let (width, height) = (canvas.width * times, canvas.height * times);
        let scale = units::points_per_unit(
            canvas.dots_per_mm * times,
            placement.scale.to,
            placement.scale.from,
        );
        let turn = match placement.turn {
            Turn::None => Affine::IDENTITY,
            Turn::Quarter => Affine::new([0.0, 1.0, -1.0, 0.0, 0.0, 0.0]),
        };
        let to_label = Affine::translate(units::middle(width, height))
            * turn
            * Affine::scale(scale)
            * Affine::translate(units::back_by_half(placement.middle_twice_um));
        let fine = self.render(width.into(), height.into(), to_label)?;
        Ok(to_dots(&fine, canvas, times))
    }

    fn render(&self, width: u64, height: u64, placed: Affine) -> Result<Pixmap, PdfError> {
        let side = |points: u64| u16::try_from(points).map_err(|_| PdfError::TooMuch);
        let (across, down) = (side(width)?, side(height)?);
        if width * height > POINTS_MAX {
            return Err(PdfError::TooMuch);
        }
        let mut context = RenderContext::new(across, down);
        hayro::render_into(
            self.page,
            &self.cache,
            &self.settings,
            &RenderSettings { hinting: false, ..RenderSettings::default() },
            &mut context,
            placed * self.page.initial_transform(true).to_kurbo(),
        );
        context.flush();
        let mut picture = Pixmap::new(across, down);
        let white = RasterizerSettings {
            target_init: TargetInit::Clear(WHITE),
            ..RasterizerSettings::default()
        };
        context.render_with(&mut picture, &mut Resources::default(), white);
        Ok(picture)
    }
}

/// Fonts that are not in the file are replaced by ours, in the widths that the file gives: the usual
/// substitutes have no Cyrillic, and a letter that a font lacks is left out without a word.
fn settings(incomplete: Arc<AtomicBool>) -> InterpreterSettings {
    InterpreterSettings {
        font_resolver: Arc::new(|query| match query {
            FontQuery::Standard(signs @ (StandardFont::Symbol | StandardFont::ZapfDingBats)) => {
                Some(signs.get_font_data())
            }
            FontQuery::Standard(_) | FontQuery::Fallback(_) => {
                let ours: FontData = Arc::new(font::FILE);
                Some((ours, 0))
            }
        }),
        warning_sink: Arc::new(move |_| incomplete.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    }
}

/// How many points to a dot, each way: as many as make [`FINE_PER_MM`], fewer on a huge label.
fn points_to_dot(canvas: Canvas) -> u32 {
    let wanted = (FINE_PER_MM / canvas.dots_per_mm).max(1);
    let fits = |times: &u32| {
        let side = |dots: u32| u64::from(dots * times);
        side(canvas.width) * side(canvas.height) <= POINTS_MAX
            && u16::try_from(side(canvas.width.max(canvas.height))).is_ok()
    };
    (1..=wanted).rev().find(fits).unwrap_or(1)
}

fn to_dots(fine: &Pixmap, canvas: Canvas, times: u32) -> Bitmap {
    let mut label = Bitmap::new(canvas.width, canvas.height);
    let mut sums = vec![0_u32; canvas.width as usize];
    let row_points = usize::from(fine.width());
    let rows = fine.data().chunks_exact(row_points * times as usize);
    for (y, rows) in (0..canvas.height).zip(rows) {
        sums.fill(0);
        for row in rows.chunks_exact(row_points) {
            for (sum, points) in sums.iter_mut().zip(row.chunks_exact(times as usize)) {
                *sum += points.iter().map(|point| level(*point)).sum::<u32>();
            }
        }
        for (x, sum) in (0..).zip(&sums) {
            if *sum < BLACK_BELOW * times * times {
                label.blacken(x, y);
            }
        }
    }
    label
}

/// Brightness, 0–255, as `image` weighs colours (BT.709).
fn level(point: hayro::vello_cpu::color::PremulRgba8) -> u32 {
    (u32::from(point.r) * 2_126 + u32::from(point.g) * 7_152 + u32::from(point.b) * 722) / 10_000
}
