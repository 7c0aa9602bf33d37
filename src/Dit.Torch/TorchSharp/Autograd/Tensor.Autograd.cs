using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether gradients are recorded for this tensor.</summary>
        public unsafe bool requires_grad
        {
            get
            {
                int value;
                NativeMethods.Check(NativeMethods.dit_tensor_requires_grad(Handle, &value));
                GC.KeepAlive(this);
                return value != 0;
            }
            set
            {
                NativeMethods.Check(NativeMethods.dit_tensor_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        /// <summary>Sets whether gradients are recorded for this tensor. In place.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Sets whether gradients are recorded for this tensor, and returns it.</summary>
        public Tensor with_requires_grad(bool requires_grad = true)
        {
            if (requires_grad) this.requires_grad = true;
            return this;
        }

        /// <summary>Whether the tensor was made by the user and not by an operator of a graph.</summary>
        public unsafe bool is_leaf
        {
            get
            {
                int value;
                NativeMethods.Check(NativeMethods.dit_tensor_is_leaf(Handle, &value));
                GC.KeepAlive(this);
                return value != 0;
            }
        }

        /// <summary>The gradient that backward accumulated, or null.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint found;
                NativeMethods.Check(NativeMethods.dit_tensor_grad(Handle, &found));
                GC.KeepAlive(this);
                return FromNullableHandle(found);
            }
            set
            {
                NativeMethods.Check(NativeMethods.dit_tensor_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Keeps the gradient of this tensor although it is no leaf.</summary>
        public void retain_grad()
        {
            NativeMethods.Check(NativeMethods.dit_tensor_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>The same elements outside the graph.</summary>
        public Tensor detach() => Operator.Call("aten::detach", this);

        /// <summary>Takes this tensor out of its graph. In place.</summary>
        public Tensor detach_() => Operator.CallInPlace("aten::detach_", this);

        /// <summary>Adds the gradients of this scalar to the <see cref="grad"/> of every leaf it depends on.</summary>
        public void backward() => backward(null);

        /// <summary>Adds gradients to the <see cref="grad"/> of every leaf (or of the inputs given).</summary>
        /// <param name="grad_tensors">The gradient of this tensor; may be left out for a scalar.</param>
        /// <param name="retain_graph">Whether the graph is kept for another backward.</param>
        /// <param name="create_graph">Whether the gradients get a graph of their own.</param>
        /// <param name="inputs">The leaves that receive gradients; null is all.</param>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
