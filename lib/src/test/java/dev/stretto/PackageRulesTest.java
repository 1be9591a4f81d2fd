package dev.stretto;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The direction of dependence between the rooms of the house. */
class PackageRulesTest {
  private static final List<String> ROOMS =
      List.of(
          "tensor",
          "data",
          "models",
          "samplers",
          "training",
          "profilers",
          "metrics",
          "figures",
          "experiments");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.stretto");

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.stretto.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @ParameterizedTest
  @CsvSource({
    "tensor, ''",
    "figures, tensor",
    "data, tensor figures",
    "models, tensor data",
    "samplers, tensor data models figures",
    "training, tensor data models samplers",
    "profilers, tensor data models samplers figures",
    "metrics, tensor data"
  })
  void aRoomSeesOnlyTheRoomsBelowIt(String room, String below) {
    List<String> forbidden = new ArrayList<>(ROOMS);
    forbidden.remove(room);
    forbidden.removeAll(List.of(below.split(" ")));
    noClasses()
        .that()
        .resideInAPackage("dev.stretto." + room + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            forbidden.stream().map(name -> "dev.stretto." + name + "..").toArray(String[]::new))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  /** The core makes tables, but draws nothing. */
  @Test
  void theCoreSeesNoPlots() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.stretto.data..", "dev.stretto.samplers..", "dev.stretto.profilers..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "draw",
                c ->
                    c.getPackageName().equals("dev.stretto.figures")
                        && !c.getSimpleName().startsWith("Table")))
        .check(CLASSES);
  }
}
