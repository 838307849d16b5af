//! Writes inputs to begin with: what real devices send, and our own labels.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use ambar::devices::{self, DeviceScan, Load, Motion, ScaleEvent, ScannerEvent, Weight};
use ambar::labels::{self, PrinterModel};

const CODES: [&str; 7] = [
    "4601234567893",
    "]C100346006820000000014",
    "0104670540176099215'W9Um\u{1d}93dGVz",
    "BN-A-01-02-3-S",
    "RR123456785RU",
    "https://id.gs1.org/01/04601234567893/10/AB?17=261231",
    "(01)04601234567893(10)AB-77",
];

const STATEMENT: &str = "1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
СекцияРасчСчет
РасчСчет=40702810400000000225
НачальныйОстаток=10.00
КонецРасчСчет
СекцияДокумент=Платежное поручение
Номер=7
Дата=20.11.2026
Сумма=1 234,50
Плательщик=ИНН 7701234560 КПП 770101001 ООО Перевозчик
НазначениеПлатежа=По реестру № 5
КонецДокумента
КонецФайла
";

struct Seeds {
    folder: PathBuf,
}

impl Seeds {
    fn write(&self, target: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        let number = fs::read_dir(&folder)?.count();
        Ok(fs::write(folder.join(format!("{number:04}")), bytes)?)
    }

    /// An input whose first byte chooses among several.
    fn write_chosen(
        &self,
        target: &str,
        choice: usize,
        bytes: &[u8],
    ) -> Result<(), Box<dyn Error>> {
        let first = [u8::try_from(choice)?];
        self.write(target, &[first.as_slice(), bytes].concat())
    }

    fn files(&self, target: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.files(target, &path)?;
            } else {
                self.write(target, &fs::read(path)?)?;
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let work = std::env::args().nth(1).ok_or("say into which folder")?;
    let seeds = Seeds { folder: Path::new(&work).join("seeds") };
    if seeds.folder.exists() {
        fs::remove_dir_all(&seeds.folder)?;
    }
    for code in CODES {
        seeds.write("barcodes", code.as_bytes())?;
        seeds.write("gs1", code.as_bytes())?;
    }
    seeds.write("statements", STATEMENT.as_bytes())?;
    scanners(&seeds)?;
    scales(&seeds)?;
    for (choice, _) in devices::printer::PrinterProtocol::all().iter().enumerate() {
        let status = b"\x02030,1,1,1225,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,1,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n";
        seeds.write_chosen("printers", choice, status)?;
    }
    seeds.files("device_files", Path::new("firmware-protocols"))?;
    seeds.files("graphics", Path::new("tests/oracle/pdf"))?;
    for template in labels::templates() {
        let label = labels::fill(template, &template.example(), PrinterModel::zpl(6))?;
        seeds.write("zpl", &label)?;
        let source = fs::read(format!("label-templates/{}.zpl", template.name()))?;
        seeds.write("templates", &source)?;
        seeds.write(
            "graphics",
            &fs::read(format!("label-templates/pictures/{}.png", template.name()))?,
        )?;
        seeds.write("labels", template.name().as_bytes())?;
    }
    Ok(())
}

fn scanners(seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let (mut streams, mut messages) = (0, 0);
    for scanner in devices::scanners() {
        for code in CODES {
            let scan = ScannerEvent::Scan(DeviceScan::of(code));
            if let Some(bytes) = scanner.stream().and_then(|stream| stream.device_bytes(&scan)) {
                seeds.write_chosen("scanners", streams, &bytes)?;
            }
            let body = format!("{{\"data\": \"{code}\", \"seq\": 7, \"battery\": 80}}");
            if scanner.message().is_some() {
                seeds.write_chosen("messages", messages, body.as_bytes())?;
            }
        }
        streams += usize::from(scanner.stream().is_some());
        messages += usize::from(scanner.message().is_some());
    }
    Ok(())
}

fn scales(seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let weight = Weight { tenths_g: 12_500, motion: Motion::Stable, load: Load::AsShown };
    for (choice, scale) in devices::scales().iter().enumerate() {
        for event in [ScaleEvent::Weight(weight), ScaleEvent::Overload] {
            if let Some(bytes) = scale.device_bytes(&event) {
                seeds.write_chosen("scales", choice, &bytes)?;
            }
        }
    }
    Ok(())
}
