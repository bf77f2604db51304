"""HTTP outside Reflex: forms that work without JavaScript, pages with content in their first HTML, webhooks, health."""
