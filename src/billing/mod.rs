//! From tokens to dollars: a table of prices with its source and date, looked up by model, and the cost of a usage.

pub mod cost;
pub mod document;
mod json;
pub mod litellm;
pub mod local_time;
pub mod model_name;
pub mod price_table;
pub mod rates;
pub mod report;
pub mod user_prices;
