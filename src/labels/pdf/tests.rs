//! PDFs made here, by a program that is not the renderer's, and those that `scripts/labels-oracle`
//! has read by an independent decoder (`tests/oracle/pdf`: `AMBAR_BLESS=1` makes them again).

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, SystemInfo};
use pdf_writer::{Content, Filter, Finish, Name, Rect, Ref, Str};
use proptest::prelude::*;

use super::*;
use crate::labels::codes::{Code, Command};
use crate::labels::graphic::FILE_BYTES_MAX;
use crate::labels::template::FieldKind;

const LABEL_8: Canvas = Canvas { width: 800, height: 1_200, dots_per_mm: 8 };

/// Sizes of pages in units of PDF.
const PAGE_100X150: (f32, f32) = (283.465, 425.197);
const PAGE_150X100: (f32, f32) = (425.197, 283.465);
const PAGE_A4: (f32, f32) = (595.276, 841.89);
const PAGE_4X6_INCHES: (f32, f32) = (288.0, 432.0);

/// Hundredths of a millimetre in units of PDF.
const HUNDREDTH: f32 = 0.028_346_457;
const MINUS_HUNDREDTH: f32 = -0.028_346_457;

const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const RESOURCE: Ref = Ref::new(5);

fn symbol(kind: FieldKind, data: &str, height: u32) -> Bitmap {
    match Code::new(kind, Command::Other, data).unwrap() {
        Code::Bars(bars) => bars.picture(1, height),
        Code::Matrix { matrix, .. } => matrix.picture(1, 0),
    }
}

fn bars() -> Bitmap {
    symbol(FieldKind::Code128, "AMB-0042-7719", 60)
}

fn matrix() -> Bitmap {
    symbol(FieldKind::Datamatrix, "ambar 4601234567893", 0)
}

/// A file of so many pages that share their content and one more object.
fn file(
    (width, height): (f32, f32),
    pages: i32,
    content: &[u8],
    resource: impl FnOnce(&mut pdf_writer::Pdf),
) -> Vec<u8> {
    let mut pdf = pdf_writer::Pdf::new();
    pdf.catalog(Ref::new(1)).pages(Ref::new(2));
    let kids: Vec<Ref> = (0..pages).map(|page| Ref::new(100 + page)).collect();
    pdf.pages(Ref::new(2)).kids(kids.iter().copied()).count(pages);
    for kid in kids {
        let mut page = pdf.page(kid);
        page.parent(Ref::new(2)).media_box(Rect::new(0.0, 0.0, width, height)).contents(CONTENT);
        let mut resources = page.resources();
        resources.x_objects().pair(Name(b"X"), RESOURCE);
        resources.fonts().pair(Name(b"F"), RESOURCE).pair(Name(b"H"), PAGE);
    }
    pdf.type1_font(PAGE).base_font(Name(b"Helvetica"));
    pdf.stream(CONTENT, content);
    resource(&mut pdf);
    pdf.finish()
}

/// Content whose unit is 0.01 mm, from the top left corner.
fn content(height: f32) -> Content {
    let mut content = Content::new();
    content.transform([HUNDREDTH, 0.0, 0.0, MINUS_HUNDREDTH, 0.0, height]);
    content
}

/// Black modules as rectangles, one for each run of a row.
fn rectangles(content: &mut Content, picture: &Bitmap, at: (u16, u16), module: (u16, u16)) {
    for y in 0..picture.height() {
        let mut x = 0;
        while x < picture.width() {
            let black = |x: &u32| picture.is_black(*x, y);
            let run = (x..picture.width()).take_while(black).count();
            let place =
                |from: u16, step: u16, by: u32| f32::from(from + step * u16::try_from(by).unwrap());
            if run > 0 {
                let width = f32::from(module.0 * u16::try_from(run).unwrap());
                let (left, top) = (place(at.0, module.0, x), place(at.1, module.1, y));
                content.rect(left, top, width, f32::from(module.1));
            }
            x += u32::try_from(run).unwrap() + 1;
        }
    }
    content.fill_nonzero();
}

/// A label of rectangles: bars of 0.33 mm from 10 mm, a matrix of 0.7 mm, and words.
fn vector(page: (f32, f32)) -> Vec<u8> {
    let mut content = content(page.1);
    let line = symbol(FieldKind::Code128, "AMB-0042-7719", 1);
    rectangles(&mut content, &line, (1_000, 1_000), (33, 2_000));
    rectangles(&mut content, &matrix(), (1_000, 4_000), (70, 70));
    content.begin_text().set_font(Name(b"H"), 600.0);
    content.set_text_matrix([1.0, 0.0, 0.0, -1.0, 1_000.0, 7_000.0]);
    content.show(Str(b"AMB-0042-7719")).end_text();
    file(page, 1, &content.finish(), |_| ())
}

/// The same codes as dots of a picture.
fn painted(width: u32, height: u32, module: u32) -> Bitmap {
    let mut picture = Bitmap::new(width, height);
    let scaled = |symbol: &Bitmap, left: u32, top: u32, picture: &mut Bitmap| {
        for (x, y) in (0..symbol.width()).flat_map(|x| (0..symbol.height()).map(move |y| (x, y))) {
            if symbol.is_black(x, y) {
                let (x, y) = (left + x * module, top + y * module);
                picture.blacken_rectangle(x, y, module, module);
            }
        }
    };
    scaled(&bars(), 100, 100, &mut picture);
    scaled(&matrix(), 100, 200 + 60 * module, &mut picture);
    picture
}

/// A page that is one picture.
fn picture(
    page: (f32, f32),
    (width, height): (u32, u32),
    bits: i32,
    filter: Filter,
    data: &[u8],
) -> Vec<u8> {
    let mut content = Content::new();
    content.transform([page.0, 0.0, 0.0, page.1, 0.0, 0.0]).x_object(Name(b"X"));
    file(page, 1, &content.finish(), |pdf| {
        let mut image = pdf.image_xobject(RESOURCE, data);
        image.filter(filter);
        image.width(i32::try_from(width).unwrap());
        image.height(i32::try_from(height).unwrap()).bits_per_component(bits);
        image.color_space().device_gray();
    })
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn inches() -> Vec<u8> {
    let painted = painted(1_200, 1_800, 4);
    let bits: Vec<u8> = painted.bytes().iter().map(|byte| !byte).collect();
    picture(PAGE_4X6_INCHES, (1_200, 1_800), 1, Filter::FlateDecode, &zlib(&bits))
}

fn jpeg(picture: &Bitmap) -> Vec<u8> {
    let grey = image::GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        image::Luma([if picture.is_black(x, y) { 0 } else { 255 }])
    });
    let mut jpeg = Vec::new();
    grey.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 80))
        .unwrap();
    jpeg
}

fn lying() -> Vec<u8> {
    let painted = painted(1_200, 800, 3);
    picture(PAGE_150X100, (1_200, 800), 8, Filter::DctDecode, &jpeg(&painted))
}

static SAMPLES: LazyLock<[(&str, Vec<u8>); 4]> = LazyLock::new(|| {
    [
        ("vector", vector(PAGE_100X150)),
        ("sheet", vector(PAGE_A4)),
        ("inches", inches()),
        ("lying", lying()),
    ]
});

fn first(file: &[u8], canvas: Canvas) -> Result<Bitmap, PdfError> {
    draw(file, Pages::First, canvas).map(|mut labels| labels.remove(0))
}

/// Where the colour changes in a row.
fn edges(label: &Bitmap, y: u32) -> Vec<u32> {
    (1..label.width()).filter(|x| label.is_black(*x, y) != label.is_black(x - 1, y)).collect()
}

fn black_dots(label: &Bitmap) -> u32 {
    label.bytes().iter().map(|byte| byte.count_ones()).sum()
}

#[test]
fn the_files_of_the_independent_decoder_are_these() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/pdf");
    for (name, made) in &*SAMPLES {
        let path = folder.join(format!("{name}.pdf"));
        if std::env::var_os("AMBAR_BLESS").is_some() {
            std::fs::write(&path, made).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == *made, "{name}.pdf is not what is made here");
    }
}

#[test]
fn every_edge_of_a_bar_goes_to_the_nearest_dot() {
    let modules = edges(&symbol(FieldKind::Code128, "AMB-0042-7719", 1), 0);
    for dots_per_mm in [6, 8, 12, 24] {
        let side = |mm| mm * dots_per_mm;
        let canvas = Canvas { width: side(100), height: side(150), dots_per_mm };
        let label = first(&vector(PAGE_100X150), canvas).unwrap();
        let found = edges(&label, side(20));
        // In hundredths of a dot; the first edge is that of the first bar.
        let exact = |module: u32| (1_000 + 33 * module) * dots_per_mm;
        assert_eq!(found.len(), modules.len() + 2, "at {dots_per_mm}");
        for (found, module) in found[1..].iter().zip(&modules) {
            let off = (found * 100).abs_diff(exact(*module));
            assert!(off <= 55, "at {dots_per_mm}: module {module} at {found}");
        }
    }
}

#[test]
fn a_label_in_the_corner_of_a_sheet_is_cut_out_in_its_own_size() {
    let whole = first(&vector(PAGE_100X150), LABEL_8).unwrap();
    let cut = first(&vector(PAGE_A4), LABEL_8).unwrap();
    let bars =
        |label: &Bitmap| (0..label.height()).map(|y| edges(label, y)).max_by_key(Vec::len).unwrap();
    let [whole, cut] = [bars(&whole), bars(&cut)].map(|edges| (edges[0], edges[edges.len() - 1]));
    assert!((whole.1 - whole.0).abs_diff(cut.1 - cut.0) <= 1);
    assert!(cut.0.abs_diff(800 - cut.1) < 32, "in the middle: {cut:?}");
}

#[test]
fn a_lying_page_is_turned_clockwise() {
    let label = first(&lying(), LABEL_8).unwrap();
    let row_of_bars = edges(&label, 400);
    assert!(label.is_black(650, 102) || label.is_black(650, 100), "the first bar lies on top");
    assert!(row_of_bars.len() < 8, "bars lie: {row_of_bars:?}");
    let square = Canvas { width: 1_200, height: 800, dots_per_mm: 8 };
    assert_eq!(edges(&first(&lying(), square).unwrap(), 150).len() % 2, 0);
}

#[test]
fn all_pages_are_drawn_and_blank_ones_left_out() {
    let mut content = content(PAGE_100X150.1);
    content.rect(1_000.0, 1_000.0, 500.0, 500.0).fill_nonzero();
    let content = content.finish();
    let drawn = draw(&file(PAGE_100X150, 3, &content, |_| ()), Pages::All, LABEL_8).unwrap();
    assert_eq!(drawn.len(), 3);
    assert!(drawn.iter().all(|label| black_dots(label) == 40 * 40));
    let blank = file(PAGE_100X150, 2, b"", |_| ());
    assert_eq!(draw(&blank, Pages::All, LABEL_8), Err(PdfError::Blank));
    let many = file(PAGE_100X150, 51, &content, |_| ());
    let refused = draw(&many, Pages::First, LABEL_8);
    assert_eq!(refused, Err(PdfError::Pages { found: 51, max: 50 }));
}

/// Text in a font of two bytes a letter, embedded.
fn embedded_font(text: &str) -> Vec<u8> {
    use ab_glyph::{Font, FontRef};
    let parsed = FontRef::try_from_slice(font::FILE).unwrap();
    let glyphs: Vec<u8> =
        text.chars().flat_map(|letter| parsed.glyph_id(letter).0.to_be_bytes()).collect();
    let mut content = content(PAGE_100X150.1);
    content.begin_text().set_font(Name(b"F"), 1_000.0);
    content.set_text_matrix([1.0, 0.0, 0.0, -1.0, 1_000.0, 2_000.0]).show(Str(&glyphs)).end_text();
    file(PAGE_100X150, 1, &content.finish(), |pdf| {
        let (cid, descriptor, data) = (Ref::new(6), Ref::new(7), Ref::new(8));
        let name = Name(b"AAAAAA+DejaVu");
        let mut font = pdf.type0_font(RESOURCE);
        font.base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(cid);
        font.finish();
        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2).base_font(name).font_descriptor(descriptor);
        let system =
            SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        font.system_info(system).default_width(600.0).cid_to_gid_map_predefined(Name(b"Identity"));
        font.finish();
        pdf.font_descriptor(descriptor).name(name).font_file2(data);
        pdf.stream(data, &zlib(font::FILE)).filter(Filter::FlateDecode);
    })
}

/// Cyrillic in a font that the file only names.
fn missing_font(letters: &[&[u8]]) -> Vec<u8> {
    let text: Vec<u8> = (1..=u8::try_from(letters.len()).unwrap()).collect();
    let mut content = content(PAGE_100X150.1);
    content.begin_text().set_font(Name(b"F"), 1_000.0);
    content.set_text_matrix([1.0, 0.0, 0.0, -1.0, 1_000.0, 2_000.0]).show(Str(&text)).end_text();
    file(PAGE_100X150, 1, &content.finish(), |pdf| {
        let mut font = pdf.indirect(RESOURCE).dict();
        font.pair(Name(b"Type"), Name(b"Font")).pair(Name(b"Subtype"), Name(b"TrueType"));
        font.pair(Name(b"BaseFont"), Name(b"Arial")).pair(Name(b"FirstChar"), 1);
        font.pair(Name(b"LastChar"), i32::try_from(letters.len()).unwrap());
        font.insert(Name(b"Widths")).array().items(letters.iter().map(|_| 600));
        let mut encoding = font.insert(Name(b"Encoding")).dict();
        let mut differences = encoding.insert(Name(b"Differences")).array();
        differences.item(1);
        for letter in letters {
            differences.item(Name(letter));
        }
    })
}

#[test]
fn letters_are_drawn_whether_their_font_is_in_the_file_or_not() {
    let own = first(&embedded_font("ЖЩЯ"), LABEL_8).unwrap();
    let replaced = missing_font(&[b"afii10024", b"afii10043", b"afii10049"]);
    let replaced = first(&replaced, LABEL_8).unwrap();
    for (label, name) in [(&own, "own"), (&replaced, "replaced")] {
        let rows = edges(label, 8 * 17).len();
        assert!(black_dots(label) > 1_500 && rows >= 10, "{name}: {rows}");
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    let good = vector(PAGE_100X150);
    let text = |from: &str, to: &str| {
        let good = String::from_utf8_lossy(&good).into_owned();
        assert!(good.contains(from), "{from}");
        first(good.replacen(from, to, 1).as_bytes(), LABEL_8)
    };
    assert_eq!(text("/Root", "/Encrypt 9 0 R/Root"), Err(PdfError::Encrypted));
    assert_eq!(first(b"%PDF-1.7\nnothing", LABEL_8), Err(PdfError::Broken));
    let large = vec![b' '; FILE_BYTES_MAX + 1];
    assert!(matches!(first(&large, LABEL_8), Err(PdfError::TooLarge { .. })));
    let huge = file((9_000.0, 9_000.0), 1, b"", |_| ());
    assert!(matches!(
        first(&huge, LABEL_8),
        Err(PdfError::PageSize { page: 1, width_mm: 3_175, .. })
    ));
    let no_picture = picture(PAGE_100X150, (80, 80), 8, Filter::DctDecode, b"no JPEG");
    assert_eq!(first(&no_picture, LABEL_8), Err(PdfError::Incomplete { page: 1 }));
}

#[test]
fn bombs_are_refused() {
    // 300 MB in 300 KB.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..300 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let packed = encoder.finish().unwrap();
    let blank = file(PAGE_100X150, 1, b"", |pdf| {
        pdf.stream(RESOURCE, &packed).filter(Filter::FlateDecode);
    });
    assert_eq!(first(&blank, LABEL_8), Err(PdfError::TooMuch));
    let giant = picture(PAGE_100X150, (60_000, 60_000), 1, Filter::FlateDecode, &zlib(&[0; 99]));
    assert_eq!(first(&giant, LABEL_8), Err(PdfError::TooMuch));
    // Each form calls the next ten times, 40 deep.
    let forms = file(PAGE_100X150, 1, b"/X Do", |pdf| {
        for level in 0..40 {
            let id = if level == 0 { RESOURCE } else { Ref::new(200 + level) };
            let mut form = pdf.form_xobject(id, b"/X Do /X Do /X Do /X Do /X Do 0 0 9 9 re f");
            form.bbox(Rect::new(0.0, 0.0, 99.0, 99.0));
            form.resources().x_objects().pair(Name(b"X"), Ref::new(201 + level));
        }
    });
    assert_eq!(first(&forms, LABEL_8), Err(PdfError::TooMuch));
    let nested = file(PAGE_100X150, 1, &b"[".repeat(1 << 20), |_| ());
    assert_eq!(first(&nested, LABEL_8), Err(PdfError::Blank));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn damaged_files_harm_nobody(
        which in 0..4_usize,
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
    ) {
        let mut damaged = SAMPLES[which].1.clone();
        for (at, byte) in changes {
            *at.get_mut(&mut damaged) = byte;
        }
        let small = Canvas { width: 60, height: 90, dots_per_mm: 6 };
        let _either = first(&damaged, small);
        damaged.truncate(cut.index(damaged.len()));
        let _either = first(&damaged, small);
    }

    #[test]
    fn arbitrary_bytes_harm_nobody(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let file = [b"%PDF-1.7\n".as_slice(), &bytes].concat();
        prop_assert!(first(&file, LABEL_8).is_err());
    }
}
