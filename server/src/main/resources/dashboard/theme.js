// Runs before the first paint, so that a page never shows in the wrong theme.
(() => {
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const chosen = () => {
        try {
            return localStorage.getItem("bursar-theme");
        } catch {
            return null;
        }
    };
    const show = () => {
        const theme = chosen() ?? (system.matches ? "dark" : "light");
        document.documentElement.dataset.theme = theme;
        document.dispatchEvent(new CustomEvent("bursar:theme"));
    };
    system.addEventListener("change", show);
    document.addEventListener("click", (event) => {
        if (!event.target.closest?.("[data-theme-toggle]")) {
            return;
        }
        const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
        try {
            localStorage.setItem("bursar-theme", next);
        } catch {
            document.documentElement.dataset.theme = next;
        }
        show();
    });
    show();
})();
