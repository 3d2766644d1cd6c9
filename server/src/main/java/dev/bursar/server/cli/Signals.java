package dev.bursar.server.cli;

import java.lang.reflect.Proxy;

/// Signals of the operating system. The JDK has no public way to hear of one; the class that every JVM
/// has for it is not in the compiler's view, hence the reflection.
final class Signals {

    private Signals() {}

    /// Runs something on a thread of the JVM whenever the signal comes, in place of what the JVM does.
    ///
    /// @param name without `SIG`, like `HUP`
    /// @return whether this JVM lets signals be handled
    static boolean handle(String name, Runnable work) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                if (method.getName().equals("handle")) {
                                    work.run();
                                }
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            return false;
        }
    }
}
