namespace Dit.Core;

/// <summary>How a block takes its conditioning (Peebles and Xie 2023, section 3.2).</summary>
public enum BlockType
{
    /// <summary>Shifts, scales and gates regressed from the conditioning; a new block is the identity. The paper's best.</summary>
    AdaLNZero,

    /// <summary>Shifts and scales regressed from the conditioning, without gates.</summary>
    AdaLN,

    /// <summary>An attention to the conditioning's tokens between self-attention and MLP.</summary>
    CrossAttention,

    /// <summary>The conditioning's tokens stand beside those of the image; the blocks are those of a plain vision transformer.</summary>
    InContext,
}
