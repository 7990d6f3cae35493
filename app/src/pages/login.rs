use crate::login_card::LoginCard;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_passwordless::{
    server::{SmsNotice, use_current_user},
    use_login,
};

/// `/login`: the dialog as a page.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    view! {
        <Title text="Log in" />
        <h1 class="visually-hidden">"Log in"</h1>
        {use_current_user()
            .map(|user| {
                let return_to = use_login().return_to().to_owned();
                view! {
                    <p>
                        {format!("You are signed in as {}. ", user.name)}
                        <a href=return_to>"Go on"</a>
                        ", or log in as someone else."
                    </p>
                }
            })}
        <LoginCard />
        <SmsNotice />
    }
}
