//! From tokens to dollars: a table of prices with its source and date, looked up by model, and the cost of a usage.

pub mod cost;
pub mod price_table;
pub mod report;
pub mod user_prices;
