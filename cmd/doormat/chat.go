package main

import (
	"github.com/spf13/cobra"

	"doormat/demo"
	"doormat/demo/text"
)

func (a *app) chat() *cobra.Command {
	return group(&cobra.Command{Use: "chat", Short: "Look at an exported chat"}, a.chatCheck())
}

func (a *app) chatCheck() *cobra.Command {
	var to outFlags
	var dateOrder string
	c := &cobra.Command{
		Use:               "check FILE",
		Short:             "Say what doormat reads in an exported chat, and what it leaves out",
		Args:              exactly(1, "a file"),
		ValidArgsFunction: first(files),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			out, err := openOutput(to.out)
			if err != nil {
				return err
			}
			defer out.close(&err)
			chat, err := demo.OpenChat(args[0], dateOrder)
			if err != nil {
				return err
			}
			for _, w := range chat.Warnings {
				complain(w)
			}
			if to.format == "json" {
				return out.document(chat.Summary())
			}
			return out.text(text.Chat(chat.Summary(), out.width))
		},
	}
	c.Flags().StringVar(&dateOrder, "date-order", "",
		"`dmy`, mdy or ymd (default: the only one that fits)")
	complete(c, "date-order", words("dmy", "mdy", "ymd"))
	to.add(c, "text", "json")
	return c
}
