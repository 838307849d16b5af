//! The engine as a whole.

use proptest::prelude::*;

use super::*;

const SIZE: MediaSize = MediaSize { width_mm: 50, height_mm: 30 };

fn one(zpl: &str) -> Bitmap {
    let drawing = draw(zpl.as_bytes(), 8, SIZE).unwrap();
    assert_eq!(drawing.warnings, [], "{zpl}");
    assert_eq!(drawing.labels.len(), 1);
    drawing.labels.into_iter().next().unwrap().picture
}

fn warnings(zpl: &str) -> String {
    let drawing = draw(zpl.as_bytes(), 8, SIZE).unwrap();
    drawing.warnings.iter().map(|warning| warning.to_string() + "\n").collect()
}

fn ink(picture: &Bitmap) -> u32 {
    picture.bytes().iter().map(|byte| byte.count_ones()).sum()
}

/// First and last black column and row.
fn bounds(picture: &Bitmap) -> (u32, u32, u32, u32) {
    let columns =
        (0..picture.width()).filter(|x| (0..picture.height()).any(|y| picture.is_black(*x, y)));
    let rows =
        (0..picture.height()).filter(|y| (0..picture.width()).any(|x| picture.is_black(x, *y)));
    let (columns, rows): (Vec<u32>, Vec<u32>) = (columns.collect(), rows.collect());
    (columns[0], columns[columns.len() - 1], rows[0], rows[rows.len() - 1])
}

#[test]
fn a_graphic_with_rows_wider_than_any_label_is_named_and_left_out() {
    let size = MediaSize { width_mm: 20, height_mm: 20 };
    for input in [
        "^XA^FO0,0^GFA,8,8,600000000,FF^FS^XZ",
        "^XA^FO0,0^GFB,8,8,4294967295,FFFFFFFF^FS^XZ",
        "~DGR:A.GRF,8,600000000,FF^XA^FO0,0^XGR:A.GRF^FS^XZ",
    ] {
        let drawing = draw(input.as_bytes(), 8, size).unwrap();
        assert!(!drawing.warnings.is_empty(), "{input}");
        assert_eq!(drawing.labels.len(), 1, "{input}");
    }
}

#[test]
fn a_box_stands_where_it_is_told() {
    assert_eq!(bounds(&one("^XA^FO10,20^GB30,40,2^FS^XZ")), (10, 39, 20, 59));
    assert_eq!(bounds(&one("^XA^LH5,6^FO10,20^GB30,40,2^FS^XZ")), (15, 44, 26, 65));
    assert_eq!(bounds(&one("^XA^LS5^LT3^FO10,20^GB30,40,2^FS^XZ")), (5, 34, 23, 62));
    assert_eq!(bounds(&one("^XA^FT10,60^GB30,40,2^FS^XZ")), (10, 39, 20, 59));
    assert_eq!(bounds(&one("^XA^FO100,20,1^GB30,40,2^FS^XZ")), (70, 99, 20, 59));
    assert_eq!(bounds(&one("^XA^POI^FO0,0^GB30,40,2^FS^XZ")), (370, 399, 200, 239));
    assert_eq!(bounds(&one("^XA^PMY^FO0,0^GB30,40,2^FS^XZ")), (370, 399, 0, 39));
}

#[test]
fn reversing_shows_white_on_black() {
    let plain = one("^XA^FO0,0^GB100,50,50^FS^FO10,10^GB20,20,20,W^FS^XZ");
    let reversed = one("^XA^FO0,0^GB100,50,50^FS^FO10,10^FR^GB20,20,20^FS^XZ");
    assert_eq!(plain, reversed);
    assert_eq!(ink(&plain), 5_000 - 400);
    assert_eq!(one("^XA^LRY^FO0,0^GB100,50,50^FS^FO10,10^GB20,20,20^FS^XZ"), plain);
}

#[test]
fn text_is_turned_around_its_place() {
    let at = |turn: &str| bounds(&one(&format!("^XA^FT200,120^A0{turn},40^FDHHHH^FS^XZ")));
    let (n, r, i, b) = (at("N"), at("R"), at("I"), at("B"));
    assert!(n.0 >= 200 && n.3 <= 120, "right of and above: {n:?}");
    assert!(r.0 >= 199 && r.2 >= 120, "below and right: {r:?}");
    assert!(i.1 <= 200 && i.2 >= 119, "left of and below: {i:?}");
    assert!(b.1 <= 200 && b.3 <= 120, "above and left: {b:?}");
    assert_eq!((n.1 - n.0, n.3 - n.2), (r.3 - r.2, r.1 - r.0));
}

#[test]
fn capitals_begin_where_the_field_does() {
    let (_, _, top, bottom) = bounds(&one("^XA^FO50,50^A0N,100^FDH^FS^XZ"));
    assert!(top.abs_diff(50) <= 3 && bottom.abs_diff(125) <= 3, "{top} {bottom}");
}

#[test]
fn text_of_every_character_set_is_the_same_text() {
    let utf8 = one("^XA^CI28^FO9,9^A0N,30^FH^FD_D0_81_D0_BB^FS^XZ");
    let plain = one("^XA^CI28^FO9,9^A0N,30^FDЁл^FS^XZ");
    let cp1251 = one("^XA^CI33^FO9,9^A0N,30^FH^FD_A8_EB^FS^XZ");
    assert_eq!(utf8, plain);
    assert_eq!(utf8, cp1251);
}

#[test]
fn hexadecimal_escapes_are_data_and_never_commands() {
    let drawn = one("^XA^FO9,9^A0N,30^FH\\^FD\\5EXZ\\7EJR^FS^FO9,99^GB9,9,9^FS^XZ");
    assert!(drawn.is_black(9, 107), "the label went on");
    assert_eq!(one("^XA^FO9,9^A0N,30^FH^FD_4^FS^XZ"), one("^XA^FO9,9^A0N,30^FD_4^FS^XZ"));
}

#[test]
fn stored_formats_are_filled() {
    let stored = "^XA^DFR:A.ZPL^FS^FO9,9^A0N,30^FN1^FS^FO9,60^GB9,9,9^FS^XZ";
    let filled = one(&format!("{stored}^XA^XFR:A.ZPL^FS^FN1^FDЧай^FS^XZ"));
    assert_eq!(filled, one("^XA^FO9,9^A0N,30^FDЧай^FS^FO9,60^GB9,9,9^FS^XZ"));
}

#[test]
fn stored_graphics_are_drawn_and_magnified() {
    let once = one("~DGR:A.GRF,4,2,FFFF:^XA^FO8,8^XGR:A.GRF^FS^XZ");
    assert_eq!((ink(&once), bounds(&once)), (32, (8, 23, 8, 9)));
    assert_eq!(ink(&one("~DYR:A,A,G,4,2,FFFF:^XA^FO8,8^XGR:A.GRF,2,3^FS^XZ")), 32 * 6);
}

#[test]
fn many_labels_and_copies_are_counted() {
    let drawing = draw(b"^XA^PQ3^XZ\n^XA^XZ", 8, SIZE).unwrap();
    let copies: Vec<u32> = drawing.labels.iter().map(|label| label.copies).collect();
    assert_eq!(copies, [3, 1]);
}

#[test]
fn what_is_not_drawn_is_named_with_its_line() {
    assert_eq!(warnings("^XA\n^QQ1^FS\n^XZ"), "line 2: ^QQ is not known\n");
    assert_eq!(warnings("^XA\n\n^FO1,1^B7N,4^FDa^FS^XZ"), "line 3: ^B7 is not drawn\n");
    assert_eq!(warnings("~QQ"), "line 1: ~QQ is not known\n");
    assert!(warnings("^XA^FO1,1^SN1,1^FS^XZ").contains("^SN is not known"));
    assert!(warnings("^XA^FO1,1^XGR:A.GRF^FS^XZ").contains("not stored"));
    assert!(warnings("^XA^XFR:A.ZPL^FS^XZ").contains("not stored"));
    assert!(warnings("^XA^PW900^XZ").contains("wider than the paper"));
    assert!(warnings("^XA^FO1,1^A0N,9^FDa^XZ").contains("no ^FS"));
    assert!(warnings("^XA^FO1,1^GB9,9^FS").contains("no ^XZ"));
    assert!(warnings("^XA^FO1,1^BCN,50^FDЯ^FS^XZ").contains("subset of Code 128"));
    let long = format!("^XA^FO1,1^A0N,9^FD{}^FS^XZ", "x".repeat(4_000));
    assert!(warnings(&long).contains("3072"));
}

#[test]
fn what_is_too_much_is_refused() {
    let problem = |input: &[u8], size| draw(input, 8, size).unwrap_err().problem;
    assert_eq!(problem(b"", MediaSize { width_mm: 501, height_mm: 1 }), Problem::Size);
    assert_eq!(draw(b"", 7, SIZE).unwrap_err().problem, Problem::Resolution);
    let many = b"^XA^XZ".repeat(LABELS_MAX + 1);
    assert_eq!(problem(&many, SIZE), Problem::TooManyLabels);
    let heavy = [b"^XA".to_vec(), b"^FO0,0^GB6000,9000,6000^FS".repeat(80)].concat();
    assert_eq!(problem(&heavy, SIZE), Problem::TooMuchToPaint);
    assert_eq!(problem(&vec![b'x'; INPUT_BYTES_MAX + 1], SIZE), Problem::InputTooLong);
}

/// Pieces of ZPL from which arbitrary labels are put together.
const PIECES: &[&str] = &[
    "^XA",
    "^XZ",
    "^FS",
    "^FO10,10",
    "^FT",
    "^FT100,100",
    "^FO-5,99999,1",
    "^A0N,30,30",
    "^A0R,30",
    "^AAN,9",
    "^A@B,40,40,E:X.TTF",
    "^CFD,20",
    "^FDПривет",
    "^FDABC123",
    "^FD12345678",
    "^FDMA,QR",
    "^FD\\1010460",
    "^FH",
    "^FB100,3,5,C,10",
    "^FB0,0,-50,J",
    "^BY3,2.5,50",
    "^BCN,50,Y,N,N,N",
    "^BCR,,Y,Y,N,D",
    "^BCI,50,N,N,N,U",
    "^BEB,50",
    "^B8N,50",
    "^BUN",
    "^B9N,50",
    "^B2N,50,Y,N,Y",
    "^B3N,Y,50,Y",
    "^BAN,50",
    "^BXN,5,200,,,6,\\,1",
    "^BXN,9999,200,10,10",
    "^BQN,2,9",
    "^B7N",
    "^GB50,50,5,B,8",
    "^GB32000,32000,1",
    "^GC50,5",
    "^GE90,40,3",
    "^GD50,90,4,B,L",
    "^FR",
    "^LRY",
    "^POI",
    "^PMY",
    "^LH10,10",
    "^DFA",
    "^XFA",
    "^FN1",
    "~DGA,8,2,FF",
    "^XGA,10,10",
    "^IDR:*.*",
    "^GFA,8,8,2,FFg0!:,",
    "^GFA,99999999,99999999,1,z0",
    "^GFB,2,2,1,^^",
    "^GFA,8,8,2,:Z64:eJw=:0",
    "~DYA,A,G,8,2,FF",
    "^CC!",
    "^CD;",
    "~CT#",
    "^PQ9",
    "^SN1,1",
    "\n",
    ",",
    "^FV",
    "^CI33",
    "^CI99",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_give_a_drawing_or_an_error(input in any::<Vec<u8>>()) {
        let _ = draw(&input, 8, SIZE);
    }

    #[test]
    fn arbitrary_commands_give_a_drawing_or_an_error(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40),
        noise in "[\\^~A-Z0-9,_>]{0,12}",
    ) {
        let input = format!("{}{noise}", pieces.concat());
        if let Ok(drawing) = draw(input.as_bytes(), 8, SIZE) {
            for label in &drawing.labels {
                prop_assert_eq!((label.picture.width(), label.picture.height()), (400, 240));
            }
        }
    }
}
