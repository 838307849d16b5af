//! A laid out label as a picture: what the printer will print, dot for dot.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

use super::bitmap::Bitmap;
use super::layout::{self, Layout, What};
use super::{LabelError, Template};

const BLACK: Luma<u8> = Luma([0]);
const WHITE: Luma<u8> = Luma([255]);

/// Draws a label as a PNG of the printer's dots, black on white.
pub fn preview_png(
    template: &Template,
    fields: &BTreeMap<String, String>,
    dots_per_mm: u32,
) -> Result<Vec<u8>, LabelError> {
    let picture = draw(&layout::place(template, fields, dots_per_mm)?);
    let dot = |x, y| if picture.is_black(x, y) { BLACK } else { WHITE };
    let image = GrayImage::from_fn(picture.width(), picture.height(), dot);
    let mut png = Cursor::new(Vec::new());
    image
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|source| LabelError::Picture { template: template.name().to_owned(), source })?;
    Ok(png.into_inner())
}

fn draw(layout: &Layout) -> Bitmap {
    let mut picture = Bitmap::new(layout.width, layout.height);
    for placed in &layout.placed {
        let (x, y) = (placed.x, placed.y);
        match &placed.what {
            What::Picture(bitmap) => copy(bitmap, x, y, &mut picture),
            What::Bars { bars, module, height } => {
                let mut left = x;
                for is_black in &bars.modules {
                    if *is_black {
                        picture.blacken_rectangle(left, y, *module, *height);
                    }
                    left += module;
                }
            }
            What::Frame { width, height, thickness } => {
                let thick = *thickness;
                picture.blacken_rectangle(x, y, *width, thick);
                picture.blacken_rectangle(x, y + height - thick, *width, thick);
                picture.blacken_rectangle(x, y, thick, *height);
                picture.blacken_rectangle(x + width - thick, y, thick, *height);
            }
        }
    }
    picture
}

fn copy(from: &Bitmap, x: u32, y: u32, to: &mut Bitmap) {
    for row in 0..from.height() {
        for column in (0..from.width()).filter(|column| from.is_black(*column, row)) {
            to.blacken(x + column, y + row);
        }
    }
}
