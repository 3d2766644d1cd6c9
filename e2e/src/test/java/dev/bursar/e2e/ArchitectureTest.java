package dev.bursar.e2e;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The plan of the house, checked: who may use whom, who may ask for the time.
class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.bursar");

    @Test
    void import_findsEveryModule() {
        for (String module :
                Set.of("ledger", "authority", "pricing", "usage", "gateway", "server")) {
            assertThat(CLASSES.that(resideInAPackage("dev.bursar." + module + ".."))).isNotEmpty();
        }
    }

    @ParameterizedTest(name = "{0} uses only {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "ledger, ledger",
                "pricing, pricing",
                "authority, authority ledger",
                "usage, usage authority ledger pricing",
                "gateway, gateway authority ledger pricing",
            })
    void module_usesOnlyTheModulesDrawn(String module, String allowed) {
        DescribedPredicate<JavaClass> other =
                resideInAPackage("dev.bursar..")
                        .and(
                                DescribedPredicate.not(
                                        resideInAnyPackage(
                                                allowed.transform(names ->
                                                        Set.of(names.split(" ", -1)).stream()
                                                                .map(n -> "dev.bursar." + n + "..")
                                                                .toArray(String[]::new)))))
                        .as("a module other than %s", allowed);
        noClasses()
                .that()
                .resideInAPackage("dev.bursar." + module + "..")
                .should()
                .dependOnClassesThat(other)
                .check(CLASSES);
    }

    @Test
    void ledger_dependsOnNothingButJavaBaseAndJSpecify() {
        DescribedPredicate<JavaClass> base =
                DescribedPredicate.describe("in java.base", ArchitectureTest::isInJavaBase);
        classes()
                .that()
                .resideInAPackage("dev.bursar.ledger..")
                .should()
                .onlyDependOnClassesThat(
                        base.or(resideInAnyPackage("dev.bursar.ledger..", "org.jspecify..")))
                .check(CLASSES);
    }

    @Test
    void ledger_hasNoThreadsAndNoInputOrOutput() {
        noClasses()
                .that()
                .resideInAPackage("dev.bursar.ledger..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                        "java.io..",
                                        "java.nio.channels..",
                                        "java.nio.file..",
                                        "java.net..",
                                        "java.util.concurrent..")
                                .or(
                                        DescribedPredicate.describe(
                                                "Thread",
                                                type -> type.isEquivalentTo(Thread.class))))
                .check(CLASSES);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.bursar.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /// Only the composition, the command line, the demo and the bench know what time it is; everybody
    /// else is told.
    @Test
    void clocks_areReadOnlyAtTheEdge() {
        DescribedPredicate<JavaAccess<?>> readsTheClock =
                DescribedPredicate.describe("reads the system's clock", ArchitectureTest::isClock);
        noClasses()
                .that(
                        DescribedPredicate.not(
                                resideInAnyPackage(
                                        "dev.bursar.server",
                                        "dev.bursar.server.cli..",
                                        "dev.bursar.server.demo..",
                                        "dev.bursar.server.bench..")))
                .should()
                .accessTargetWhere(readsTheClock)
                .check(CLASSES);
    }

    private static boolean isInJavaBase(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        if (!element.isPrimitive() && !element.getName().startsWith("java.")) {
            return false;
        }
        return "java.base".equals(element.reflect().getModule().getName());
    }

    private static boolean isClock(JavaAccess<?> access) {
        String name = access.getTarget().getName();
        JavaClass owner = access.getTargetOwner();
        if (owner.isEquivalentTo(System.class)) {
            return name.equals("currentTimeMillis");
        }
        if (owner.isEquivalentTo(Clock.class) || owner.isEquivalentTo(InstantSource.class)) {
            return name.startsWith("system") || name.startsWith("tick");
        }
        return owner.getPackageName().equals("java.time") && name.equals("now");
    }

    @Test
    void names_sayWhatAThingIs() {
        noClasses()
                .that()
                .areTopLevelClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameStartingWith("Abstract")
                .check(CLASSES);
    }
}
