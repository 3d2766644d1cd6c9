package dev.bursar.gateway;

/// Counts what the journal does not know. Called by any thread; must not block.
public interface GatewayMeter {

    /// Counts nothing.
    GatewayMeter NONE =
            new GatewayMeter() {
                @Override
                public void overhead(long nanos) {}

                @Override
                public void unpriced(String provider, String model) {}

                @Override
                public void unpricedTool(String tool) {}

                @Override
                public void estimated(String provider, String model) {}
            };

    /// The time that a forwarded call spent in the gateway: from its last byte received to the
    /// request sent on, and from the provider's last byte to the end of the answer.
    void overhead(long nanos);

    /// A call of a model without a price, whether it was refused or charged at the ceiling.
    void unpriced(String provider, String model);

    /// A tool without a price that was refused, as the agent did not say what it costs.
    void unpricedTool(String tool);

    /// A call that was settled without the provider's usage.
    void estimated(String provider, String model);
}
