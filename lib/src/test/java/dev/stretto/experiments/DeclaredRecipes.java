package dev.stretto.experiments;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Every recipe that the library declares: constants of type Recipe, and lists and maps of them. */
final class DeclaredRecipes {
  private DeclaredRecipes() {}

  static List<Recipe<?, ?, ?>> all() {
    List<Recipe<?, ?, ?>> recipes = new ArrayList<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.stretto")) {
      type.getFields().stream()
          .filter(field -> field.getType().toString().contains(Recipe.class.getName()))
          .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
          .forEach(field -> collect(value(field.reflect()), recipes));
    }
    return recipes;
  }

  private static Object value(Field field) {
    try {
      field.setAccessible(true);
      return field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void collect(Object value, List<Recipe<?, ?, ?>> recipes) {
    switch (value) {
      case Recipe<?, ?, ?> recipe -> recipes.add(recipe);
      case Collection<?> many -> many.forEach(one -> collect(one, recipes));
      case Map<?, ?> many -> many.values().forEach(one -> collect(one, recipes));
      default -> {}
    }
  }

  /**
   * Prints name, seed and key of all recipes, for those who rename stored files.
   *
   * @param seeds more seeds than each recipe's own
   */
  public static void main(String[] seeds) {
    for (Recipe<?, ?, ?> recipe : all()) {
      Artefacts.Id own = recipe.id(recipe.seed());
      System.out.println(own.name() + "\t" + own.seed() + "\t" + own.key());
      for (String seed : seeds) {
        Artefacts.Id other = recipe.id(Long.parseLong(seed));
        System.out.println(other.name() + "\t" + other.seed() + "\t" + other.key());
      }
    }
  }
}
