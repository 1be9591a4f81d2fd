package dev.stretto.papers.chimera;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.chimera.ChimeraHeads.Parts;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.papers.hydra.HeadTraining;
import dev.stretto.papers.hydra.HeadTraining.Loss;
import dev.stretto.papers.hydra.HeadTraining.Options;
import dev.stretto.papers.hydra.HydraHeads;
import dev.stretto.training.Budget;
import dev.stretto.training.TeacherStates;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Draft heads of one target, all trained on the same positions; stored each. */
public final class HeadModels {
  private static final int HEADS = 4;

  /** Windows of the suite's text, the same for all heads, with the target's states. */
  private static final Recipe<Text, TeacherStates, Void> STATES =
      Recipe.of("head-states", new Text(600_000, 160, 420), (text, in, seed) -> states(text, in))
          .needs(SpeculationModels.TARGET);

  private static final Map<Arm, Recipe<Config, DraftHeads, TeacherStates>> RECIPES =
      Arrays.stream(Arm.values())
          .collect(Collectors.toUnmodifiableMap(arm -> arm, HeadModels::recipe));

  /** The heads there are: those of a quick run, and arms that change one thing (extended). */
  public enum Arm {
    /** Independent heads. */
    MEDUSA,
    /** Sequentially dependent heads of one block. */
    HYDRA,
    /** Four blocks, teacher loss, a layer over the accepted states. */
    HYDRA_PLUS,
    /** Trigrams, full context, last state. */
    CHIMERA,
    /** The newest token's embedding in place of the trigram. */
    CHIMERA_NO_TRIGRAM,
    /** The trigram's vector in place of the attention layer's. */
    CHIMERA_NO_CONTEXT,
    /** Hydra held against the target's distribution. */
    HYDRA_TEACHER,
    /** Hydra with four blocks. */
    HYDRA_DEEP,
    /** Hydra behind a layer over the accepted states. */
    HYDRA_PREFIX,
    /** Chimera whose heads read f alone. */
    CHIMERA_NO_STATE,
    /** Chimera whose f is not held against the target's states. */
    CHIMERA_NO_DISTILLATION,
    /** Chimera taught with the text's tokens, not its own. */
    CHIMERA_FORCED,
    /** Chimera with the newest two tokens. */
    CHIMERA_BIGRAM,
    /** Chimera with the newest four tokens. */
    CHIMERA_FOURGRAM;

    /** {@return the arms of a quick run, whose models are stored} */
    public static List<Arm> stored() {
      return List.copyOf(EnumSet.range(MEDUSA, CHIMERA_NO_CONTEXT));
    }

    private Options options() {
      return switch (this) {
        case MEDUSA -> new Options(Loss.TEXT, .8, 0, false);
        case HYDRA, HYDRA_DEEP, HYDRA_PREFIX -> Options.TEXT;
        case HYDRA_PLUS, HYDRA_TEACHER -> new Options(Loss.TEACHER, 1, 0, false);
        case CHIMERA_NO_DISTILLATION -> new Options(Loss.TEXT, 1, 0, true);
        case CHIMERA_FORCED -> new Options(Loss.TEXT, 1, .1, false);
        default -> new Options(Loss.TEXT, 1, .1, true);
      };
    }

    /** {@return its name as the notebook prints it} */
    public String label() {
      return switch (this) {
        case MEDUSA -> "Medusa";
        case HYDRA -> "Hydra";
        case HYDRA_PLUS -> "Hydra++";
        case CHIMERA -> "Chimera";
        case CHIMERA_NO_TRIGRAM -> "Chimera, no trigram";
        case CHIMERA_NO_CONTEXT -> "Chimera, no full context";
        case HYDRA_TEACHER -> "Hydra, teacher loss";
        case HYDRA_DEEP -> "Hydra, 4 blocks";
        case HYDRA_PREFIX -> "Hydra, prefix attention";
        case CHIMERA_NO_STATE -> "Chimera, no h_s in the head";
        case CHIMERA_NO_DISTILLATION -> "Chimera, no distillation";
        case CHIMERA_FORCED -> "Chimera, teacher forced";
        case CHIMERA_BIGRAM -> "Chimera, bigram";
        case CHIMERA_FOURGRAM -> "Chimera, 4-gram";
      };
    }

    private DraftHeads heads(CausalLm target, long seed) {
      return switch (this) {
        case MEDUSA -> new HydraHeads(target, HydraHeads.Config.medusa(HEADS), seed);
        case HYDRA, HYDRA_TEACHER -> new HydraHeads(target, HydraHeads.Config.hydra(HEADS), seed);
        case HYDRA_PLUS -> new HydraHeads(target, HydraHeads.Config.hydraPlus(HEADS), seed);
        case HYDRA_DEEP ->
            new HydraHeads(target, new HydraHeads.Config(HEADS, 4, true, false, false), seed);
        case HYDRA_PREFIX ->
            new HydraHeads(target, new HydraHeads.Config(HEADS, 1, true, false, true), seed);
        default -> new ChimeraHeads(target, HEADS, parts(), seed);
      };
    }

    private Parts parts() {
      return switch (this) {
        case CHIMERA_NO_TRIGRAM -> new Parts(0, true, true);
        case CHIMERA_NO_CONTEXT -> new Parts(3, false, true);
        case CHIMERA_NO_STATE -> new Parts(3, true, false);
        case CHIMERA_BIGRAM -> new Parts(2, true, true);
        case CHIMERA_FOURGRAM -> new Parts(4, true, true);
        default -> Parts.FULL;
      };
    }
  }

  /**
   * Heads.
   *
   * @param arm which
   * @param heads how many
   * @param rows windows a step
   * @param bases positions of each that drafts start behind
   * @param options what the heads are held against
   */
  public record Config(Arm arm, int heads, int rows, int bases, Options options) {}

  private record Text(int characters, int windows, int length) {}

  private HeadModels() {}

  /**
   * The heads of an arm, for {@link SpeculationModels#TARGET}.
   *
   * @param arm which
   * @return the recipe
   */
  public static Recipe<Config, DraftHeads, TeacherStates> of(Arm arm) {
    return RECIPES.get(arm);
  }

  private static Recipe<Config, DraftHeads, TeacherStates> recipe(Arm arm) {
    return Recipe.of(
            "heads-" + arm.name().toLowerCase(Locale.ROOT).replace('_', '-'),
            new Config(arm, HEADS, 16, 64, arm.options()),
            (c, in, seed) -> c.arm().heads(in.get(SpeculationModels.TARGET), seed))
        .needs(SpeculationModels.TARGET, STATES)
        .training(TrainingConfig.of(Budget.steps(300), 3e-3).withWarmup(20))
        .source((c, in, seed) -> in.get(STATES).source(c.rows(), c.bases() + c.heads() + 1, seed))
        .loss((c, in, heads) -> new HeadTraining(heads, c.options()));
  }

  private static TeacherStates states(Text text, Recipe.Inputs in) {
    CategorySuite suite = CategorySuite.standard();
    int before = text.length() - 1;
    int[][] windows =
        new SpeculationModels.Batches(text.windows() * before, before, before, 0)
            .of(suite.trainingText(text.characters()), suite.end(), in.seed())
            .next();
    return TeacherStates.of(in.get(SpeculationModels.TARGET), windows);
  }
}
