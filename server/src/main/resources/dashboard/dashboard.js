// Keeps pages fresh without disturbing their reader. Pages are complete without it.
(() => {
    const root = document.documentElement;
    root.classList.add("js");

    // Swap style "calm": changes what differs, in place, so that focus, selection, scroll positions and
    // open details stay as they are.
    htmx.defineExtension("calm", {
        isInlineSwap: (style) => style === "calm",
        handleSwap: (style, target, fragment) => {
            if (style !== "calm") {
                return false;
            }
            const fresh = fragment.firstElementChild;
            if (fresh) {
                become(target, fresh);
            } else {
                live("lost");
            }
            return [];
        },
    });

    // What a reader fills in is theirs until they send it.
    function become(old, fresh) {
        if (old.hasAttribute("data-still")) {
            return;
        }
        attributes(old, fresh);
        if (!old.hasAttribute("data-chart")) {
            children(old, fresh);
        }
    }

    function attributes(old, fresh) {
        for (const { name, value } of [...fresh.attributes]) {
            if (old.getAttribute(name) !== value) {
                old.setAttribute(name, value);
            }
        }
        for (const { name } of [...old.attributes]) {
            const kept =
                (name === "open" && old.tagName === "DETAILS") ||
                name === "data-state" ||
                name === "_echarts_instance_" ||
                (name === "style" && old.hasAttribute("data-chart"));
            if (!kept && !fresh.hasAttribute(name)) {
                old.removeAttribute(name);
            }
        }
    }

    const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset?.key || "" : "");

    function children(old, fresh) {
        const keyed = new Map();
        for (const node of old.childNodes) {
            if (keyOf(node)) {
                keyed.set(keyOf(node), node);
            }
        }
        let at = old.firstChild;
        for (const wanted of [...fresh.childNodes]) {
            const key = keyOf(wanted);
            let found = key ? keyed.get(key) : at;
            const fits =
                found &&
                found.nodeName === wanted.nodeName &&
                (key || !keyOf(found)) &&
                found.parentNode === old;
            if (!fits) {
                old.insertBefore(wanted, at);
                continue;
            }
            if (found === at) {
                at = at.nextSibling;
            } else {
                old.insertBefore(found, at);
            }
            if (found.nodeType !== 1) {
                if (found.nodeValue !== wanted.nodeValue) {
                    found.nodeValue = wanted.nodeValue;
                }
            } else if (!found.isEqualNode(wanted)) {
                become(found, wanted);
            }
        }
        while (at) {
            const next = at.nextSibling;
            at.remove();
            at = next;
        }
    }

    // Live state. Nothing is fetched while nobody looks.
    const words = { live: "Live", paused: "Paused", lost: "Connection lost" };

    function live(state) {
        for (const badge of document.querySelectorAll("[data-live]")) {
            if (badge.dataset.state !== state) {
                badge.dataset.state = state;
                badge.textContent = words[state];
            }
        }
    }

    const isPoll = (event) => event.target.id === "live";
    document.addEventListener("htmx:beforeRequest", (event) => {
        if (isPoll(event) && document.hidden) {
            event.preventDefault();
            live("paused");
        }
    });
    document.addEventListener("htmx:afterRequest", (event) => {
        if (isPoll(event) && !event.defaultPrevented) {
            live(event.detail.successful ? "live" : "lost");
        }
    });
    for (const failure of ["htmx:sendError", "htmx:timeout"]) {
        document.addEventListener(failure, () => live("lost"));
    }
    document.addEventListener("visibilitychange", () => {
        const page = document.getElementById("live");
        if (page && !document.hidden) {
            htmx.trigger(page, "bursar:wake");
        }
    });

    // Filters: empty ones do not clutter the address.
    document.addEventListener("htmx:configRequest", (event) => {
        const { parameters, verb } = event.detail;
        if (verb === "get") {
            for (const name of Object.keys(parameters)) {
                if (parameters[name] === "") {
                    delete parameters[name];
                }
            }
        }
    });
    document.addEventListener("change", (event) => {
        event.target.closest?.("form[data-auto]")?.requestSubmit();
    });
    document.addEventListener("submit", (event) => {
        if (event.target.matches("form[data-auto]")) {
            for (const field of event.target.elements) {
                field.disabled = field.value === "" && field.name !== "";
            }
        }
    });
})();
