//! Labels of carriers that come as a picture: to one bit a dot at the printer's density.

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageReader, Limits};

use super::bitmap::Bitmap;
use super::pdf::{self, Canvas, Pages};
use super::printer::{Language, PrinterModel};
use super::zpl::{self, MediaSize};
use super::{LabelError, tspl};

/// Pictures are refused above this many dots a side: the largest label at 24 dots/mm.
const SIDE_DOTS_MAX: u32 = 12_000;
/// A carrier's label has some tens of kilobytes.
pub(super) const FILE_BYTES_MAX: usize = 16 << 20;
/// Memory that reading a picture may take.
const READING_BYTES_MAX: u64 = 512 << 20;
/// Lighter than this is white.
const WHITE_FROM: u8 = 128;

/// A carrier's label (PDF, PNG or JPEG, known by its first bytes) as a job for that printer.
///
/// The picture is laid over the whole label: turned if it lies and the label stands, made as large
/// as fits, its sides kept in proportion, in the middle. Of a PDF it is the first page that is not
/// blank; a page of about the label's size keeps its own size, and of a much larger one only what is
/// printed on it is taken ([`pdf`]).
///
/// Files of carriers take longer than our own labels: call it where blocking is allowed.
pub fn graphic_label(
    file: &[u8],
    media: MediaSize,
    printer: PrinterModel,
) -> Result<Vec<u8>, LabelError> {
    let picture = graphic_picture(file, media, printer.dots_per_mm)?;
    Ok(job(&picture, media, printer))
}

/// The same, a job for each page of a PDF that is not blank, at most 50.
pub fn graphic_labels(
    file: &[u8],
    media: MediaSize,
    printer: PrinterModel,
) -> Result<Vec<Vec<u8>>, LabelError> {
    let pictures = drawn(file, Pages::All, media, printer.dots_per_mm)?;
    Ok(pictures.iter().map(|picture| job(picture, media, printer)).collect())
}

/// The dots that [`graphic_label`] prints.
pub fn graphic_picture(
    file: &[u8],
    media: MediaSize,
    dots_per_mm: u32,
) -> Result<Bitmap, LabelError> {
    let mut pictures = drawn(file, Pages::First, media, dots_per_mm)?;
    Ok(pictures.pop().expect("a file without a label is an error"))
}

fn job(picture: &Bitmap, media: MediaSize, printer: PrinterModel) -> Vec<u8> {
    match printer.language {
        Language::Zpl => zpl::write::picture(picture),
        Language::Tspl => tspl::picture(media.width_mm, media.height_mm, picture),
    }
}

fn drawn(
    file: &[u8],
    pages: Pages,
    media: MediaSize,
    dots_per_mm: u32,
) -> Result<Vec<Bitmap>, LabelError> {
    let canvas = canvas(media, dots_per_mm)?;
    if pdf::is_pdf(file) {
        return Ok(pdf::draw(file, pages, canvas)?);
    }
    Ok(vec![on_label(&read(file)?, canvas)])
}

fn canvas(media: MediaSize, dots_per_mm: u32) -> Result<Canvas, LabelError> {
    if !matches!(dots_per_mm, 6 | 8 | 12 | 24) {
        return Err(LabelError::Resolution { dots_per_mm });
    }
    let side = |mm: u32| {
        let dots = mm.checked_mul(dots_per_mm);
        dots.filter(|dots| (1..=SIDE_DOTS_MAX).contains(dots))
            .ok_or_else(|| LabelError::Graphic { why: "the label has no such size".to_owned() })
    };
    Ok(Canvas { width: side(media.width_mm)?, height: side(media.height_mm)?, dots_per_mm })
}

fn read(file: &[u8]) -> Result<GrayImage, LabelError> {
    let refuse = |why: String| LabelError::Graphic { why };
    if file.len() > FILE_BYTES_MAX {
        return Err(refuse(format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_DOTS_MAX);
    limits.max_image_height = Some(SIDE_DOTS_MAX);
    limits.max_alloc = Some(READING_BYTES_MAX);
    let mut reader = ImageReader::new(std::io::Cursor::new(file))
        .with_guessed_format()
        .map_err(|error| refuse(error.to_string()))?;
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| refuse(error.to_string()))?;
    Ok(on_white(picture))
}

/// Grey levels; what is transparent is white, as the paper is.
fn on_white(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let mut grey = GrayImage::new(picture.width(), picture.height());
    for (to, from) in grey.pixels_mut().zip(picture.into_luma_alpha8().pixels()) {
        let [level, alpha] = from.0.map(u32::from);
        let blended = (level * alpha + 255 * (255 - alpha)) / 255;
        to.0 = [u8::try_from(blended).unwrap_or(u8::MAX)];
    }
    grey
}

fn on_label(picture: &GrayImage, canvas: Canvas) -> Bitmap {
    let Canvas { width, height, .. } = canvas;
    let lies = picture.width() > picture.height();
    let turned = (lies != (width > height) && width != height).then(|| imageops::rotate90(picture));
    let picture = turned.as_ref().unwrap_or(picture);
    let (across, down) = fitting((picture.width(), picture.height()), (width, height));
    let scaled = ((across, down) != picture.dimensions())
        .then(|| imageops::resize(picture, across, down, FilterType::Triangle));
    let scaled = scaled.as_ref().unwrap_or(picture);
    let mut label = Bitmap::new(width, height);
    let (left, top) = ((width - across) / 2, (height - down) / 2);
    for (x, y, level) in scaled.enumerate_pixels() {
        if level.0[0] < WHITE_FROM {
            label.blacken(left + x, top + y);
        }
    }
    label
}

/// The largest size of these proportions that fits.
fn fitting((width, height): (u32, u32), room: (u32, u32)) -> (u32, u32) {
    let scaled = |side: u32, to: u32, from: u32| {
        let rounded =
            (u64::from(side) * u64::from(to) + u64::from(from) / 2) / u64::from(from.max(1));
        u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
    };
    let across = scaled(width, room.1, height);
    if across <= room.0 {
        (across, room.1)
    } else {
        (room.0, scaled(height, room.0, width).min(room.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::PdfError;

    const MEDIA: MediaSize = MediaSize { width_mm: 100, height_mm: 150 };

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut picture = Bitmap::new(width, height);
        picture.blacken_rectangle(0, 0, width / 2, height);
        picture.png().unwrap()
    }

    fn drawn(file: &[u8], printer: PrinterModel) -> Bitmap {
        let zpl = graphic_label(file, MEDIA, printer).unwrap();
        let mut drawing = zpl::draw(&zpl, printer.dots_per_mm, MEDIA).unwrap();
        assert_eq!(drawing.warnings, []);
        drawing.labels.remove(0).picture
    }

    #[test]
    fn a_picture_of_the_labels_own_size_is_kept_dot_for_dot() {
        let file = crate::labels::preview_png(
            crate::labels::template("parcel").unwrap(),
            &crate::labels::template("parcel").unwrap().example(),
            8,
        )
        .unwrap();
        let label = drawn(&file, PrinterModel::zpl(8));
        assert_eq!(label.png().unwrap(), file);
    }

    #[test]
    fn a_picture_is_scaled_to_the_whole_label() {
        let label = drawn(&png(400, 600), PrinterModel::zpl(8));
        assert!(label.is_black(398, 1_199) && !label.is_black(402, 0));
        let narrow = drawn(&png(100, 600), PrinterModel::zpl(8));
        assert!(!narrow.is_black(100, 600) && narrow.is_black(320, 600));
    }

    #[test]
    fn a_lying_picture_is_turned() {
        let label = drawn(&png(600, 400), PrinterModel::zpl(12));
        assert!(label.is_black(0, 0) && label.is_black(1_199, 0) && !label.is_black(0, 1_799));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for file in [b"".as_slice(), b"GIF89a", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"] {
            assert!(matches!(
                graphic_label(file, MEDIA, PrinterModel::zpl(8)),
                Err(LabelError::Graphic { .. })
            ));
        }
        let broken = graphic_label(b"%PDF-1.4", MEDIA, PrinterModel::zpl(8));
        assert!(matches!(broken, Err(LabelError::Pdf(PdfError::Broken))));
        let none = MediaSize { width_mm: 0, height_mm: 10 };
        assert!(graphic_label(&png(8, 8), none, PrinterModel::zpl(8)).is_err());
    }

    #[test]
    fn tspl_gets_the_same_dots() {
        let job = graphic_label(&png(400, 600), MEDIA, PrinterModel::tspl(8)).unwrap();
        assert!(job.starts_with(b"SIZE 100 mm,150 mm\r\n"));
        assert_eq!(job.len() / 1_000, 100 * 1_200 / 1_000);
    }
}
