//! Carriers' files, kept as they came.

use sha2::{Digest, Sha256};

use super::store::shipments as store;
use crate::carriers::model::{CarrierFile, FileMedia};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::CarrierFileId;
use crate::record;
use crate::units::UtcMicros;

record! {
    /// A file as it is stored.
    #[derive(Debug, Clone)]
    pub struct FileRow {
        pub id: CarrierFileId,
        pub media: FileMedia,
        pub name: String,
        pub sha256: Vec<u8>,
        pub bytes: Vec<u8>,
        pub created_at: UtcMicros,
    }
}

/// Keeps a file for ever.
pub(super) async fn file_keep(
    tx: &mut Tx,
    ctx: &Ctx,
    file: &CarrierFile,
) -> Result<CarrierFileId, DbError> {
    let row = FileRow {
        id: CarrierFileId::new(),
        media: file.media,
        name: file.name.clone(),
        sha256: Sha256::digest(&file.bytes).to_vec(),
        bytes: file.bytes.clone(),
        created_at: ctx.now,
    };
    store::file_insert(tx, &row).await?;
    Ok(row.id)
}
