//! Pages of lists: a cursor that is the id of the last item, so that a page costs the same wherever
//! it stands.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Problem;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 500;

/// `?limit=50&after=<id>`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many items, 50 unless told, 500 at most.
    pub limit: Option<i64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page starts; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl PageParams {
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
    }

    /// The id behind which the page starts.
    pub fn after<I: FromStr>(&self) -> Result<Option<I>, Problem> {
        let parse = |text: &String| text.parse().map_err(|_| Problem::of("cursor_invalid", vec![]));
        self.after.as_ref().map(parse).transpose()
    }
}

impl<T> Page<T> {
    /// Makes a page of the items that a query with `LIMIT limit + 1` answered.
    pub fn new(mut items: Vec<T>, limit: i64, id_of: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(id_of) } else { None };
        Self { items, next }
    }
}
