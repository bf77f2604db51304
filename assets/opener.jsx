// A checkout that began with a buy button on another site tells that site's page that it is done. theme.js keeps where
// the button was (see assets/embed/v1.js). It is for the eyes only and says nothing of who bought what.
import { useEffect } from "react";

export function TellOpener() {
  useEffect(() => {
    try {
      const origin = sessionStorage.getItem("buy-button");
      sessionStorage.removeItem("buy-button");
      if (origin) window.opener?.postMessage({ source: "litesubs", type: "checkout.completed" }, origin);
    } catch {
      // Private windows may refuse storage, and an opener may be gone: nothing is told then.
    }
  }, []);
  return null;
}
