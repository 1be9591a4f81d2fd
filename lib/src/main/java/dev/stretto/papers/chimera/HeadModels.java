package dev.stretto.papers.chimera;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.chimera.ChimeraHeads.Parts;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.papers.hydra.HeadTraining;
import dev.stretto.papers.hydra.HeadTraining.Loss;
import dev.stretto.papers.hydra.HeadTraining.Options;
import dev.stretto.papers.hydra.HydraHeads;
import dev.stretto.papers.hydra.HydraHeads.Config;
import dev.stretto.training.Budget;
import dev.stretto.training.TeacherStates;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Draft heads of one target, all trained on the same positions; stored each. */
public final class HeadModels {
  private static final int HEADS = 4;
  private static final int TEXT = 600_000;
  private static final long WINDOWS = 1;

  private final Artefacts artefacts;
  private final CausalLm target;
  private Optional<TeacherStates> states = Optional.empty();

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
        case MEDUSA -> new HydraHeads(target, Config.medusa(HEADS), seed);
        case HYDRA, HYDRA_TEACHER -> new HydraHeads(target, Config.hydra(HEADS), seed);
        case HYDRA_PLUS -> new HydraHeads(target, Config.hydraPlus(HEADS), seed);
        case HYDRA_DEEP -> new HydraHeads(target, new Config(HEADS, 4, true, false, false), seed);
        case HYDRA_PREFIX -> new HydraHeads(target, new Config(HEADS, 1, true, false, true), seed);
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
   * How heads are made.
   *
   * @param version raised when the same words come to mean something else
   * @param arm which heads
   * @param heads how many
   * @param target checksum of the model's weights
   * @param windows of the suite's text that the model's states are computed of
   * @param length tokens in each
   * @param rows windows a step
   * @param bases positions of each that drafts start behind
   * @param seed of weights and of the positions that a step takes
   * @param options what the heads are held against
   * @param training how they learn
   */
  public record HeadRecipe(
      int version,
      Arm arm,
      int heads,
      long target,
      int windows,
      int length,
      int rows,
      int bases,
      long seed,
      Options options,
      TrainingConfig training) {}

  /**
   * Heads for a target.
   *
   * @param artefacts where they are stored
   * @param target whose states they read
   */
  public HeadModels(Artefacts artefacts, CausalLm target) {
    this.artefacts = artefacts;
    this.target = target;
  }

  /**
   * Trained heads.
   *
   * @param arm which
   * @param seed of weights and of the positions that a step takes; 1 is the stored one
   * @return to be closed by the caller
   */
  public DraftHeads get(Arm arm, long seed) {
    HeadRecipe recipe =
        new HeadRecipe(
            1,
            arm,
            HEADS,
            target.parameters().checksum(),
            160,
            420,
            16,
            64,
            seed,
            arm.options(),
            TrainingConfig.of(Budget.steps(300), 3e-3).withWarmup(20));
    return artefacts.obtain(
        "heads-" + arm.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
        recipe,
        "F16",
        () -> arm.heads(target, recipe.seed()),
        heads -> {
          HeadTraining learning = new HeadTraining(heads, recipe.options());
          var source =
              states(recipe).source(recipe.rows(), recipe.bases() + HEADS + 1, recipe.seed());
          return new Training<>(recipe.training(), heads, source, learning, learning::work)
              .run()
              .measures();
        });
  }

  private TeacherStates states(HeadRecipe recipe) {
    if (states.isEmpty()) {
      CategorySuite suite = CategorySuite.standard();
      int before = recipe.length() - 1;
      int[][] windows =
          new SpeculationModels.Batches(recipe.windows() * before, before, before, 0)
              .of(suite.trainingText(TEXT), suite.end(), WINDOWS)
              .next();
      states = Optional.of(TeacherStates.of(target, windows));
    }
    return states.get();
  }
}
