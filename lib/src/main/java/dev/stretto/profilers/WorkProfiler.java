package dev.stretto.profilers;

import dev.stretto.figures.Tables;
import dev.stretto.models.Backbone;
import dev.stretto.models.Cost;
import dev.stretto.models.TokenModel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tech.tablesaw.api.Table;

/**
 * Counts the work of models from outside, by role: what it hands out behaves like the model it was
 * given and writes down each pass. Any model will do, a user's own too:
 *
 * <pre>{@code
 * var work = new WorkProfiler();
 * TokenModel target = work.of(myModel, Role.TARGET); // a TokenModel or a Backbone
 * TokenModel draft = work.of(NGramModel.count(96, 3, text), Role.DRAFT);
 * new MyDecoder(target, draft).decode(prompt);
 * work.table()
 * }</pre>
 *
 * A {@link TokenModel} is counted by its {@link TokenModel#cost}, as if opening it were one padded
 * pass; without a network inside only passes and positions are counted. An encoder-decoder is
 * better counted by its networks, whose passes show what they attend to. Prefill (opening a
 * session, or a pass that writes into an empty state) is kept apart.
 */
public final class WorkProfiler {
  /** What a model is used for. */
  public enum Role {
    /** Whose distribution the output has. */
    TARGET,
    /** Proposes tokens. */
    DRAFT,
    /** Steers another model's distribution. */
    GUIDE,
    /** Reads hidden states. */
    HEAD,
    /** Reads the input once. */
    ENCODER,
    /** Anything else. */
    AUXILIARY
  }

  /**
   * Sums over passes.
   *
   * @param passes calls
   * @param positions positions computed: rows times positions, padding included
   * @param padded those that are padding
   * @param useful those committed; of a bare network, which cannot know, all that are not padding
   * @param layerCalls layers run, summed over the passes
   * @param cost multiply-adds, pairs and bytes
   */
  public record Work(
      long passes, long positions, long padded, long useful, long layerCalls, Cost cost) {
    /** No work. */
    public static final Work NONE = new Work(0, 0, 0, 0, 0, Cost.NONE);

    /**
     * Both together.
     *
     * @param other the other one
     * @return the sums
     */
    public Work plus(Work other) {
      return new Work(
          passes + other.passes,
          positions + other.positions,
          padded + other.padded,
          useful + other.useful,
          layerCalls + other.layerCalls,
          cost.plus(other.cost));
    }
  }

  private final Map<Role, Work> decode = new EnumMap<>(Role.class);
  private final Map<Role, Work> prefill = new EnumMap<>(Role.class);

  /** Nothing counted yet. */
  public WorkProfiler() {}

  /**
   * Watches a network.
   *
   * @param network stays the caller's
   * @param role what it is used for
   * @return a network that does the same and is counted; its states are the network's own
   */
  public Backbone of(Backbone network, Role role) {
    return new CountedBackbone(network, this, role);
  }

  /**
   * Watches a model.
   *
   * @param model stays the caller's
   * @param role what it is used for
   * @return a model that does the same and is counted
   */
  public TokenModel of(TokenModel model, Role role) {
    return new CountedModel(model, this, role);
  }

  synchronized void add(Role role, boolean first, Work work) {
    (first ? prefill : decode).merge(role, work, Work::plus);
  }

  /**
   * Work of a role but for prefill.
   *
   * @param role which
   * @return sums since the beginning or {@link #clear}
   */
  public synchronized Work work(Role role) {
    return decode.getOrDefault(role, Work.NONE);
  }

  /**
   * Work of a role's prefill.
   *
   * @param role which
   * @return sums since the beginning or {@link #clear}
   */
  public synchronized Work prefill(Role role) {
    return prefill.getOrDefault(role, Work.NONE);
  }

  /** Forgets what was counted. */
  public synchronized void clear() {
    decode.clear();
    prefill.clear();
  }

  /**
   * All roles that worked.
   *
   * @return columns role, phase (prefill or decode), passes, positions, padded, useful, layerCalls,
   *     multiplyAdds, visiblePairs, densePairs, bytes
   */
  public synchronized Table table() {
    List<Row> rows = new ArrayList<>();
    for (Role role : Role.values()) {
      String name = role.name().toLowerCase(Locale.ROOT);
      Optional.ofNullable(prefill.get(role)).ifPresent(w -> rows.add(new Row(name, "prefill", w)));
      Optional.ofNullable(decode.get(role)).ifPresent(w -> rows.add(new Row(name, "decode", w)));
    }
    return (rows.isEmpty() ? Table.create() : Tables.of(rows)).setName("work");
  }

  private record Row(String role, String phase, Work work) {}
}
