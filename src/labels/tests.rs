//! Every template, at every resolution, with every kind of data.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

const RESOLUTIONS: [u32; 4] = [6, 8, 12, 24];

fn commands(zpl: &[u8]) -> usize {
    zpl.iter().filter(|byte| matches!(byte, b'^' | b'~')).count()
}

fn at(dots_per_mm: u32) -> PrinterModel {
    PrinterModel::zpl(dots_per_mm)
}

fn size(template: &Template) -> MediaSize {
    MediaSize { width_mm: template.width_mm(), height_mm: template.height_mm() }
}

#[test]
fn every_template_is_filled_with_its_example_on_every_printer() {
    for template in templates() {
        for dots_per_mm in RESOLUTIONS {
            let context = format!("{} at {dots_per_mm}", template.name());
            let zpl = fill(template, &template.example(), at(dots_per_mm));
            let zpl = String::from_utf8(zpl.unwrap_or_else(|error| panic!("{context}: {error}")));
            let zpl = zpl.unwrap();
            assert!(zpl.is_ascii() && zpl.starts_with("^XA") && zpl.ends_with("^XZ\n"));
            let width = template.width_mm() * dots_per_mm;
            assert!(zpl.contains(&format!("^PW{width}^LL")), "{context}");
            let drawing = zpl::draw(zpl.as_bytes(), dots_per_mm, size(template)).unwrap();
            assert_eq!((drawing.labels.len(), drawing.warnings), (1, Vec::new()), "{context}");
        }
    }
}

#[test]
fn every_case_of_data_is_printed_or_shortened_by_name() {
    for template in templates() {
        for case in Case::ALL {
            let fields = cases(template, *case, at(8)).unwrap();
            let missing = fields.iter().find(|(_, value)| value.trim().is_empty());
            assert_eq!(missing, None, "{} {}", template.name(), case.name());
            let zpl = fill(template, &fields, at(8)).unwrap();
            let example = fill(template, &template.example(), at(8)).unwrap();
            // A bar code that is sent as a picture has fewer commands.
            let context = format!("{} {}", template.name(), case.name());
            assert!(commands(&zpl) <= commands(&example), "{context}");
        }
    }
}

#[test]
fn whatever_a_template_prints_stays_on_the_label() {
    for template in templates() {
        for dots_per_mm in RESOLUTIONS {
            let layout = layout::place(template, &template.example(), at(dots_per_mm)).unwrap();
            for placed in &layout.placed {
                let (width, height) = match &placed.what {
                    layout::What::Picture(picture) => (picture.width(), picture.height()),
                    layout::What::Text(text) => (text.picture.width(), text.picture.height()),
                    layout::What::Words { width, .. } => (*width, 1),
                    layout::What::Bars { bars, module, height } => {
                        ((bars.total_modules() - bars.quiet_left()) * module, *height)
                    }
                    layout::What::Frame { width, height, .. } => (*width, *height),
                };
                let context = format!("{} at {dots_per_mm}: {placed:?}", template.name());
                assert!(placed.x + width <= layout.width, "{context}");
                assert!(placed.y + height <= layout.height, "{context}");
            }
        }
    }
}

#[test]
fn printers_with_a_font_of_their_own_get_a_short_label_that_looks_the_same() {
    let parcel = template("parcel").unwrap();
    let words = |printer| fill(parcel, &parcel.example(), printer).unwrap();
    let graphic = words(at(8));
    let ink = |zpl: &[u8]| {
        let drawing = zpl::draw(zpl, 8, size(parcel)).unwrap();
        assert_eq!(drawing.warnings, []);
        let picture = &drawing.labels[0].picture;
        picture.bytes().iter().map(|byte| i64::from(byte.count_ones())).sum::<i64>()
    };
    for font in [UnicodeFont::Downloaded, UnicodeFont::Resident] {
        let own = words(at(8).with_font(font));
        assert!(own.len() * 8 < graphic.len(), "{} and {}", own.len(), graphic.len());
        assert!((ink(&own) - ink(&graphic)).abs() * 100 < ink(&graphic) * 4);
    }
    let own = String::from_utf8(words(at(8).with_font(UnicodeFont::Downloaded))).unwrap();
    assert!(own.contains("E:AMBAR.TTF^FH_^FD_D0_A1_D0_94_D0_AD_D0_9A^FS"), "{own}");
}

#[test]
fn a_printer_that_knows_pictures_only_gets_the_same_picture() {
    let item = template("item").unwrap();
    let whole = preview_png(item, &item.example(), 8).unwrap();
    let zpl = fill(item, &item.example(), at(8).bitmap_only()).unwrap();
    assert_eq!(commands(&zpl), 12);
    let drawing = zpl::draw(&zpl, 8, size(item)).unwrap();
    assert_eq!(drawing.labels[0].picture.png().unwrap(), whole);

    let tspl = fill(item, &item.example(), PrinterModel::tspl(8).bitmap_only()).unwrap();
    let head = b"SIZE 58 mm,40 mm\r\nGAP 2 mm,0 mm\r\nCLS\r\nBITMAP 0,0,58,320,0,";
    assert!(tspl.starts_with(head) && tspl.ends_with(b"\r\nPRINT 1,1\r\n"));
    let dots: Vec<u8> = tspl[head.len()..][..58 * 320].iter().map(|byte| !byte).collect();
    assert_eq!(dots, drawing.labels[0].picture.bytes());
}

#[test]
fn tspl_says_what_it_can_say_for_certain_and_draws_the_rest() {
    let item = template("item").unwrap();
    let tspl = |barcode: &str| {
        let mut fields = item.example();
        fields.insert("barcode".to_owned(), barcode.to_owned());
        let job = fill(item, &fields, PrinterModel::tspl(8)).unwrap();
        String::from_utf8_lossy(&job).into_owned()
    };
    assert!(
        tspl("4601234567893").contains("BARCODE 95,86,\"EAN13\",90,0,0,3,3,\"460123456789\"\r\n")
    );
    assert!(tspl("AB-12").contains("\"128\",90,0,0,"));
    assert!(tspl("AB-12").contains("\r\nBAR 16,224,432,2\r\n"));
    let hostile = tspl("A\"B\\C!1");
    assert!(!hostile.contains("BARCODE") && hostile.matches("BITMAP").count() > 5);
}

#[test]
fn own_codes_in_examples_have_their_check_character() {
    let fields = templates().iter().flat_map(Template::fields);
    let is_own = |field: &&FieldSpec| {
        field.kind == FieldKind::Code128 && ["code", "number"].contains(&field.name.as_str())
    };
    let read = fields.filter(is_own).map(|field| crate::barcodes::read(&field.example));
    assert!(read.map(|scan| assert!(scan.own().is_some(), "{}", scan.raw)).count() >= 10);
}

#[test]
fn every_template_is_filled_without_its_optional_fields() {
    for template in templates() {
        let mut fields = template.example();
        for field in template.fields().iter().filter(|field| !field.required) {
            fields.remove(&field.name);
        }
        let bare = fill(template, &fields, at(8)).unwrap();
        let full = fill(template, &template.example(), at(8)).unwrap();
        let has_optional = fields.len() < template.fields().len();
        assert_eq!(commands(&bare) < commands(&full), has_optional, "{}", template.name());
    }
}

/// The pictures that the README shows. Set `AMBAR_BLESS` to write them anew after a change.
#[test]
fn every_template_looks_as_its_golden_picture() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("label-templates/pictures");
    for template in templates() {
        let path = directory.join(format!("{}.png", template.name()));
        let drawn = preview_png(template, &template.example(), 8).unwrap();
        if std::env::var_os("AMBAR_BLESS").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let golden = image::open(&path).unwrap().into_luma8();
        let drawn = image::load_from_memory(&drawn).unwrap().into_luma8();
        assert_eq!(drawn.dimensions(), golden.dimensions(), "{}", template.name());
        let differing = drawn.pixels().zip(golden.pixels()).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 0, "{} dots of {} differ", differing, template.name());
    }
}

#[test]
fn defects_of_data_name_template_and_field() {
    let item = template("item").unwrap();
    let message = |field: &str, value: &str| {
        let mut fields = item.example();
        fields.insert(field.to_owned(), value.to_owned());
        fill(item, &fields, at(8)).unwrap_err().to_string()
    };
    assert_eq!(message("colour", "red"), "label item has no field colour");
    assert_eq!(message("name", " "), "label item needs the field name");
    assert_eq!(
        message("lot", &"9".repeat(21)),
        "field lot of label item has 21 characters, more than 20"
    );
    assert_eq!(
        message("barcode", "Кружка"),
        "field barcode of label item cannot have the character 'К' in a bar code"
    );
    assert_eq!(message("barcode", &"AB-".repeat(16)), "field barcode does not fit on label item");
    assert!(matches!(
        fill(item, &item.example(), at(9)),
        Err(LabelError::Resolution { dots_per_mm: 9 })
    ));
    assert!(matches!(template("sticker"), Err(LabelError::UnknownTemplate { .. })));
}

#[test]
fn numbers_with_a_wrong_check_digit_are_refused_by_name() {
    let pallet = template("pallet_sscc").unwrap();
    let mut fields = pallet.example();
    fields.insert("sscc".to_owned(), "346006820000000015".to_owned());
    let error = fill(pallet, &fields, at(8)).unwrap_err().to_string();
    assert!(error.starts_with("field sscc of label pallet_sscc is not a right number"), "{error}");
}

#[test]
fn a_barcode_that_is_no_ean_13_is_printed_as_code_128() {
    let item = template("item").unwrap();
    let zpl_of = |barcode: &str| {
        let mut fields = item.example();
        fields.insert("barcode".to_owned(), barcode.to_owned());
        String::from_utf8(fill(item, &fields, at(8)).unwrap()).unwrap()
    };
    assert!(zpl_of("4601234567893").contains("^BEN,90,N,N^FH_^FD460123456789^FS"));
    assert!(zpl_of("4601234567890").contains("^BCN,90,N,N,N,A^FH_^FD4601234567890^FS"));
    let hostile = zpl_of("A^XZ~JR");
    assert!(!hostile.contains("^BC") && !hostile.contains("^BE"), "signs of ZPL go as a picture");
}

#[test]
fn every_bar_code_of_a_template_is_expected_of_decoders() {
    let codes = |name: &str| {
        let template = template(name).unwrap();
        let codes = expected_codes(template, &template.example());
        codes.into_iter().map(|code| format!("{} {}", code.aim, code.data)).collect::<Vec<_>>()
    };
    assert_eq!(codes("item"), ["]E0 2900000012349"]);
    assert_eq!(codes("marking"), ["]d2 0104670540176099215'W9Um\u{1d}93dGVz"]);
    assert!(codes("pallet_sscc").contains(&"]C1 00346006820000000014".to_owned()));
    for template in templates() {
        let (examples, kinds) = (template.example(), template.fields().iter());
        let coded = kinds.filter(|field| field.kind != FieldKind::Text).count();
        assert!(expected_codes(template, &examples).len() >= coded, "{}", template.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_data_can_add_a_command(
        name in "[\\^~_\\\\A-Za-zА-я0-9,{}\u{0}-\u{1f}]{1,40}",
        barcode in "[ -~]{1,10}",
        owner in any::<String>(),
        font in proptest::sample::select(vec![UnicodeFont::Downloaded, UnicodeFont::Resident]),
    ) {
        let item = template("item").unwrap();
        let mut fields = item.example();
        fields.insert("name".to_owned(), "x".to_owned());
        fields.insert("barcode".to_owned(), format!("^{barcode}~"));
        let expected = commands(&fill(item, &fields, at(8)).unwrap());
        fields.insert("owner".to_owned(), format!("~JR{owner}"));
        let with_font = fill(item, &fields, at(8).with_font(font)).map(|zpl| commands(&zpl));
        fields.insert("name".to_owned(), format!("x{name}"));
        if let Ok(zpl) = fill(item, &fields, at(8)) {
            prop_assert_eq!(commands(&zpl), expected);
        }
        // Each line of the printer's own text is a field of its own; none of these has two.
        fields.insert("owner".to_owned(), "x".to_owned());
        fields.insert("name".to_owned(), "x".to_owned());
        let plain = fill(item, &fields, at(8).with_font(font)).map(|zpl| commands(&zpl));
        if let (Ok(with_font), Ok(plain)) = (with_font, plain) {
            prop_assert_eq!(with_font, plain);
        }
    }
}
