/// A conformance kit for servers of the Cycles Protocol v0.1.25, runtime plane: black box, over HTTP.
@org.jspecify.annotations.NullMarked
package dev.bursar.server.conformance;
