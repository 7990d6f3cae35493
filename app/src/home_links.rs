/// What else there is to look at; the home page has no link to what is not there. The server provides it as a context.
#[derive(Clone, Debug, Default)]
pub struct HomeLinks {
    /// The URL of the tenant's outbox.
    pub outbox: Option<String>,
    /// Whether `/sample` is there.
    pub sample: bool,
    /// Whether the gallery is there.
    pub gallery: bool,
}
