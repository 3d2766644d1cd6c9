package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {

    @Test
    void numbers_setInAnyOrder_areWhereTheyWereSet() {
        Numbers numbers = new Numbers();
        numbers.set(1_000_000, 1);
        numbers.set(5, 2);
        numbers.set(2_048, 3);
        assertThat(numbers.at(1_000_000)).isEqualTo(1);
        assertThat(numbers.at(5)).isEqualTo(2);
        assertThat(numbers.at(2_048)).isEqualTo(3);
    }
}
